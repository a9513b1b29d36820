"""`muster approve`: yes to what a run asks."""

from __future__ import annotations

from typing import Any

import click

from .. import options as o
from ..answering import Said, answer, answering


@click.command(
    "approve",
    cls=o.Command,
    epilog=o.examples(
        "muster approve",
        'muster approve run-01ab --step "code-reviewer#1" --reason "go ahead"',
        "muster approve run-01ab --no-resume",
    ),
)
@answering
def command(**said: Any) -> int:
    """Say yes to what RUN asks: an id, the beginning of one, or (the default) the last run that asks.

    A run that was put aside then goes on here; one at work takes the answer up by itself. Yes to a step in doubt
    means that it is made again. The first answer to a question counts.
    """
    return answer(Said(**said), approved=True)
