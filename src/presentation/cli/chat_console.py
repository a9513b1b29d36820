"""Where a conversation is read from and written to: a terminal, or pipes."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterable, Iterator

from ...domain.chat.reply import Reply
from ...domain.models.exchange import AnswerRestarted, ModelEvent, TextDelta
from .chat_text import Pieces, harmless
from .chat_waits import Waits, words
from .terminal import say

PROMPT = "> "


class Console:
    """Answers go to stdout, everything else to stderr.

    On a terminal an answer is shown as it comes; a file or a pipe gets it when it is whole, so that nothing
    stays there that the model has begun anew.
    """

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.interactive = sys.stdin is not None and sys.stdin.isatty()
        self._live = sys.stdout is not None and sys.stdout.isatty()
        self._pieces = Pieces()
        self._waits = Waits(quiet)
        self._midline = False
        self._gone: OSError | None = None

    def lines(self, commands: Iterable[str]) -> Iterator[str]:
        """What the person says, a line each, until there is no more."""
        if sys.stdin is None:
            return iter(())
        return self._typed(commands) if self.interactive else _piped()

    def tell(self, event: ModelEvent) -> None:
        """Show what the model says, if somebody watches, and why it says nothing."""
        self._waits.tell(event)
        if not self._live:
            return
        if isinstance(event, TextDelta):
            self._write(self._pieces.take(event.text))
        elif isinstance(event, AnswerRestarted):
            self._waits.end()
            self._end_line()
            say(f"muster: the answer broke off and begins anew: {words(event.reason)}")

    def finish(self, reply: Reply | None) -> None:
        """End an answer; raises OSError when nobody could read it."""
        self._waits.end()
        if self._live:
            self._end_line()
        elif reply is not None and reply.text:
            self._write(harmless(reply.text).rstrip("\n") + "\n")
        gone, self._gone = self._gone, None
        if gone is not None:
            raise gone

    def remark(self, text: str) -> None:
        """Say something that is worth nothing to a script."""
        if not self.quiet:
            say(text)

    def _write(self, text: str) -> None:
        """Write to stdout; a reader that has gone must not cost the answer, which is to be kept first."""
        if not text or self._gone is not None or sys.stdout is None:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError as error:
            self._gone = error
        self._midline = not text.endswith("\n")

    def _end_line(self) -> None:
        self._write(self._pieces.rest())
        if self._midline:
            self._write("\n")

    def _typed(self, commands: Iterable[str]) -> Iterator[str]:
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        _edit_lines(tuple(commands))
        while True:
            try:
                yield self._line()
            except EOFError:
                sys.stderr.write("\n")
                return

    def _line(self) -> str:
        if self._live:
            return input(PROMPT)
        sys.stderr.write(PROMPT)
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line


def _piped() -> Iterator[str]:
    for number, line in enumerate(sys.stdin.buffer):
        text = line.decode("utf-8", "replace")
        yield text.removeprefix("\ufeff") if number == 0 else text


def _edit_lines(commands: tuple[str, ...]) -> None:
    """Let the line be edited, and commands completed, where Python was built with readline."""
    with contextlib.suppress(ImportError):
        import readline

        def complete(text: str, state: int) -> str | None:
            found = [name for name in commands if readline.get_begidx() == 0 and name.startswith(text)]
            return found[state] if state < len(found) else None

        readline.set_completer_delims(" ")
        readline.set_completer(complete)
        readline.parse_and_bind("tab: complete")
