"""One command line, answered: what it returns or raises becomes an exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

OK = 0
BROKEN_PIPE = 141
COMPLETE = "_MUSTER_COMPLETE"
HELP = (["--help"], ["-h"])


def answer(args: Sequence[str]) -> int:
    """Run the command that `args` name and return the exit code; nothing but KeyboardInterrupt escapes."""
    _print_any_character()
    try:
        code = _invoke(list(args))
        _flush()
    except BrokenPipeError:
        from .terminal import discard_stdout

        discard_stdout()
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches the user
        from .failures import report
        from .terminal import discard_stdout

        if isinstance(error, OSError):
            discard_stdout()
        return report(error, as_json="--json" in args, debug=_debug(args))
    return code


def _invoke(args: list[str]) -> int:
    instruction = os.environ.get(COMPLETE)
    if args in HELP and not instruction:
        from .words import help_text, terminal_width

        sys.stdout.write(help_text(terminal_width()))
        return OK
    from click.exceptions import Exit

    from .group import muster

    if instruction:
        from click.shell_completion import shell_complete

        return shell_complete(muster, {}, "muster", COMPLETE, instruction)
    try:
        with muster.make_context("muster", args) as context:
            code = muster.invoke(context)
    except Exit as end:
        code = end.exit_code
    return code if isinstance(code, int) else OK


def _debug(args: Sequence[str]) -> bool:
    return "--debug" in args or os.environ.get("MUSTER_DEBUG", "") not in {"", "0"}


def _print_any_character() -> None:
    """Show what the terminal's encoding lacks, and bytes of odd file names, as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flush() -> None:
    """Meet a reader that has gone here, and not in the interpreter's own farewell."""
    if sys.stdout is not None:
        sys.stdout.flush()
