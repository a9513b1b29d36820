"""`muster deny`: no to what a run asks."""

from __future__ import annotations

from typing import Any

import click

from .. import options as o
from ..answering import Said, answer, answering


@click.command(
    "deny",
    cls=o.Command,
    epilog=o.examples(
        "muster deny",
        'muster deny run-01ab --reason "not on a Friday"',
        'muster deny run-01ab --step "code-reviewer#1" --no-resume',
    ),
)
@answering
def command(**said: Any) -> int:
    """Say no to what RUN asks: an id, the beginning of one, or (the default) the last run that asks.

    What is denied is not done, and whoever asked is told why; the run then goes on here without it. No to a step
    in doubt means that it is left as it is. The first answer to a question counts.
    """
    return answer(Said(**said), approved=False)
