"""Whether a file says what was quoted of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from ...domain.ports.secret_masker import SecretMasker

QUOTED = 200
"""Characters of a line that a tool quotes at most."""
STAR = "*"
"""A secret is shown as four of them, of which a quote that was cut may hold fewer."""


def still_says(line: str, quote: str, masker: SecretMasker, path: str) -> bool:
    """Whether `line` of file `path` begins with `quote`, in which secrets are masked."""
    line = line.strip()
    if line.startswith(quote):
        return True
    shown = masker.mask(quote, path)
    if STAR not in shown:
        return False  # up to its first secret the masked line is the line itself
    return any(masker.mask(part, path).startswith(shown) for part in (line[:QUOTED], line))


LONGEST = 20_000
"""Characters of a quote that are looked up at most: nobody quotes more of a file than a reader would look at."""
LEAST = 3
"""Characters that the longest line of a quote must have: a brace alone is in every file."""
LEAST_PART = 12
"""Characters of a part of a line: a shorter one, like `x =` or a keyword, is in nearly every file and shows nothing.

A whole line may be shorter, for then all that stands there has been said.
"""


class QuotableLines:
    """The lines of a file, to look quotes up in; blank lines and white space around a line do not count."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Takes time in proportion to the text."""
        stripped = [(number, line.strip()) for number, line in enumerate(lines, 1)]
        self._numbers = [number for number, line in stripped if line]
        self._lines = [line for _, line in stripped if line]
        self._text = "\n".join(self._lines)
        self._starts = list(accumulate((len(line) + 1 for line in self._lines), initial=0))

    def find(self, quote: str, line: int) -> tuple[int, str] | None:
        """The place nearest to the 1-based `line` where `quote` stands: number and text of its first line.

        It stands there word for word: the first of several lines may lack its beginning and the last its end, but
        what there is of them is long enough.
        A pair of backticks around the quote may be Markdown.
        """
        if len(quote) > LONGEST:
            return None
        found = self._nearest(_lines_of(quote), line)
        bare = quote.strip()
        if found is None and len(bare) > 1 and bare[0] == bare[-1] == "`":
            found = self._nearest(_lines_of(bare[1:-1]), line)
        return None if found is None else (self._numbers[found], self._lines[found])

    def _nearest(self, wanted: Sequence[str], line: int) -> int | None:
        if max(map(len, wanted), default=0) < LEAST:
            return None
        best = None
        for at in self._places(wanted):
            if best is None or abs(self._numbers[at] - line) < abs(self._numbers[best] - line):
                best = at
            elif self._numbers[at] > line:
                break  # from here on they are only further away
        return best

    def _places(self, wanted: Sequence[str]) -> Iterator[int]:
        """Indices of the lines at which `wanted` begins, in order; looked for in the text, which is quick."""
        quote, first, last = "\n".join(wanted), len(wanted[0]), len(wanted[-1])
        begin = self._text.find(quote)
        while begin >= 0:
            at, end = bisect_right(self._starts, begin) - 1, begin + len(quote)
            whole_first = begin == self._starts[at]
            whole_last = end == self._starts[at + len(wanted)] - 1
            if (whole_first or first >= LEAST_PART) and (whole_last or last >= LEAST_PART):
                yield at
            begin = self._text.find(quote, self._starts[at + 1])


def _lines_of(quote: str) -> list[str]:
    """Only line feeds part lines, in a file as in a quote; other separators are characters of a line."""
    parts = (part.strip() for part in quote.replace("\r\n", "\n").split("\n"))
    return [part for part in parts if part]
