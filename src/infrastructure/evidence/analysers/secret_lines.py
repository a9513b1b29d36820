"""The line in which a name stands, found once however many names stand in it."""

from __future__ import annotations

import re

LONGEST_LINE = 1500
"""Characters; longer lines are data or minified code, where a name tells nothing."""
LINE_END, WRAPPED_END = re.compile(r"\n"), re.compile(r"\n|\\n")
WRAPPED = frozenset({"", "json"})
"""Languages in which a whole file may stand as one text of JSON, its lines ended by a backslash and an n."""
CONNECTION = re.compile(
    r"(?:server|data source|host|hostname|accountname|accountendpoint|endpoint|uid|user id|sharedaccesskeyname)"
    r"\s{0,3}=[^;]{1,200};"
    r"|;\s{0,3}(?:server|host|uid|user id|accountname)\s{0,3}="
    r"|(?:h(?<!\wh)ost|u(?<!\wu)ser|d(?<!\wd)bname)=[\w.\-]{1,80}[ ;]"
)
"""For small letters."""
CONNECTED = re.compile(
    r"=\s{0,3}(?:revres|ecruos atad|tsoh|emantsoh|eman(?:tnuocca|yeksseccaderahs)|tniopdne|diu|di resu|resu|emanbd)"
)
"""What stands in each, read backwards: only few places have to be looked at."""


class Line:
    """The line around a name, and what is asked of it at most once; it moves on from name to name."""

    __slots__ = ("_connects", "_wrapped", "end", "language", "start", "text")

    def __init__(self, text: str, language: str) -> None:
        self.text, self.language = text, language
        self.start, self.end = 0, -1
        self._wrapped = language in WRAPPED and "\\n" in text
        self._connects: bool | None = None

    def moved_to(self, word: int, after: int) -> bool:
        """Make it the line of the name between `word` and `after`; False where it is too long to tell anything.

        A line that begins too far before the name begins at 0. Names are given in their order.
        """
        if word >= self.end:
            text, earliest = self.text, max(0, word - LONGEST_LINE)
            start = text.rfind("\n", earliest, word) + 1
            if self._wrapped and (inner := text.rfind("\\n", max(earliest, start), word)) >= 0:
                start = inner + 2
            self.start, self.end, self._connects = start, self._end(after), None
        return self.end - self.start <= LONGEST_LINE

    @property
    def connects(self) -> bool:
        """Whether it holds a connection string, whose values need no quotes."""
        if self._connects is None:
            line = self.text[self.start : self.end].lower()
            self._connects = CONNECTED.search(line[::-1]) is not None and CONNECTION.search(line) is not None
        return self._connects

    def _end(self, start: int) -> int:
        """Where the line ends that goes on at `start`; most ends are near."""
        text, near = self.text, start + LONGEST_LINE + 1
        end = text.find("\n", start, near)
        inner = text.find("\\n", start, near if end < 0 else end) if self._wrapped else -1
        if inner >= 0:
            return inner
        if end >= 0:
            return end
        after = (WRAPPED_END if self._wrapped else LINE_END).search(text, max(start, near - 1))
        return len(text) if after is None else after.start()
