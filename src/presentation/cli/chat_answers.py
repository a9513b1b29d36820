"""Answers of several models side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...domain.chat.conversation import Spent
from ...domain.chat.reply import Reply
from ...domain.models.exchange import FinishReason
from ..reports.wording import duration, printable
from .chat_text import harmless
from .chat_waits import words
from .chat_words import cost_words, stood_in_for
from .plain import columns

if TYPE_CHECKING:
    from ...application.use_cases.ask_models import ModelAnswer


def answers_text(answers: Sequence[ModelAnswer], width: int) -> str:
    """Each answer below the name of who gave it, then a table of time, tokens and cost."""
    parts = [f"{_heading(answer, width)}\n{_body(answer)}" for answer in answers]
    return "\n\n".join([*parts, _table(answers, width)])


def result(reply: Reply) -> str:
    """How it ended, in a word or two: `answered`, `rate limit`, `no key`."""
    if reply.kind is not None:
        return words(reply.code or reply.kind.value)
    notes = [reply.finish.value] if reply.finish not in {None, FinishReason.STOP} else []
    notes += [f"stood in for {reply.instead_of}"] if reply.instead_of else []
    return f"answered ({', '.join(notes)})" if notes else "answered"


def _heading(answer: ModelAnswer, width: int) -> str:
    instead = f" in place of {stood_in_for(answer.reply)}" if answer.reply.instead_of else ""
    name = printable(f"{answer.reply.model}{instead}")
    return f"── {name} ".ljust(min(width, len(name) + 24), "─")


def _body(answer: ModelAnswer) -> str:
    lines = [harmless(answer.reply.text).strip("\n")] if answer.reply.text.strip() else []
    if answer.reply.error:
        lines.append(f"({printable(answer.reply.error)})")
    return "\n".join(lines)


def _table(answers: Sequence[ModelAnswer], width: int) -> str:
    rows = [("model", "time", "read", "written", "cost", "result")]
    for answer in answers:
        reply = answer.reply
        rows.append(
            (
                reply.model,
                "–" if reply.code else duration(reply.seconds),
                f"{reply.usage.read:,}",
                f"{reply.usage.output:,}",
                cost_words(Spent(reply.usage, reply.cost, reply.estimated)),
                result(reply),
            )
        )
    return columns(rows, width)
