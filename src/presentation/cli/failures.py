"""From what went wrong to what the user reads and the exit code."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field

import click

from ...domain.errors import ConfigurationError, KeyUnavailable, MusterError, UserError

USAGE = 2
INTERNAL = 3
CONFIGURATION = 4
INTERRUPTED = 130


class Interrupted(Exception):
    """The user ended it; `last_words` say what was kept, `hint` how to see it."""

    def __init__(self, last_words: str = "interrupted", hint: str = "") -> None:
        super().__init__(last_words)
        self.last_words = last_words
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Failure:
    """What is told about an error; `traceable` when a traceback tells more than the message."""

    code: str
    message: str
    hint: str
    exit_code: int
    details: Mapping[str, object] = field(default_factory=dict)
    traceable: bool = True


def failure_of(error: Exception) -> Failure:
    """What to tell about `error`, and the exit code, as the table in `domain.errors` has it."""
    match error:
        case MusterError():
            return Failure(error.code, error.message, error.hint, _exit_code(error), error.details)
        case click.UsageError():
            return _of_usage(error)
        case click.ClickException():
            return Failure("usage", _one_line(error.format_message()), "", USAGE, traceable=False)
        case Interrupted():
            return Failure("interrupted", error.last_words, error.hint, INTERRUPTED, traceable=False)
        case click.Abort():
            return Failure("interrupted", "interrupted", "", INTERRUPTED, traceable=False)
        case _:
            words = _one_line(f"internal error: {type(error).__name__}: {error}")
            return Failure("internal", words, "add --debug to see where it happened, and report it", INTERNAL)


def _exit_code(error: MusterError) -> int:
    if isinstance(error, UserError):
        return USAGE
    return CONFIGURATION if isinstance(error, ConfigurationError | KeyUnavailable) else INTERNAL


def _of_usage(error: click.UsageError) -> Failure:
    message = _one_line(error.format_message())
    place = error.ctx.command_path if error.ctx else "muster"
    return Failure("usage", message[:1].lower() + message[1:], f"{place} --help", USAGE, traceable=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def report(error: Exception, *, as_json: bool = False, debug: bool = False) -> int:
    """Tell `error` on stderr, as lines or as one JSON object, and return the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        _tell(error.format_message())
        return USAGE
    failure = failure_of(error)
    if debug and failure.traceable:
        _tell("".join(traceback.format_exception(error)).rstrip())
    _tell(_as_json(failure) if as_json else _as_lines(failure))
    return failure.exit_code


def _as_lines(failure: Failure) -> str:
    from ..reports.wording import printable

    lines = [f"muster: {_one_line(failure.message)}"]
    if failure.hint:
        lines.append(f"hint: {_one_line(failure.hint)}")
    return "\n".join(printable(line) for line in lines)


def _as_json(failure: Failure) -> str:
    content = {
        "code": failure.code,
        "message": failure.message,
        "hint": failure.hint,
        "details": dict(failure.details),
        "exit_code": failure.exit_code,
    }
    return json.dumps({"error": content}, default=str)


def _tell(text: str) -> None:
    try:
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is where errors are told
    except OSError:
        return  # nobody listens any more; the exit code still speaks
