"""Options about which model is asked, and what may be spent on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from . import options as o

if TYPE_CHECKING:
    from ...domain.budget.limits import BudgetLimits

model = click.option(
    "--model",
    metavar="PROVIDER[/MODEL]",
    help="Who does the thinking, e.g. anthropic, openai/gpt-6-luna or ollama/llama3.2; default: as set.",
)
limits = o.compose(
    click.option(
        "--budget",
        type=click.FloatRange(min=0),
        metavar="USD",
        help="Spend at most so many US dollars; a call that could cost more than is left is not made.",
    ),
    click.option("--max-calls", type=click.IntRange(min=0), metavar="N", help="At most N model calls."),
    click.option(
        "--max-tokens", type=click.IntRange(min=0), metavar="N", help="At most N tokens, read and written."
    ),
    click.option(
        "--max-seconds",
        type=click.FloatRange(min=0, min_open=True),
        metavar="S",
        help="No model call goes on beyond S seconds from the start.",
    ),
    click.option(
        "--allow-unpriced",
        is_flag=True,
        help="With --budget: use models without a known price too; what they cost is not counted.",
    ),
)
NAMES = ("budget", "max_calls", "max_tokens", "max_seconds", "allow_unpriced")


@dataclass(frozen=True, slots=True)
class Spend:
    """What a command line allows to be spent."""

    budget: float | None
    max_calls: int | None
    max_tokens: int | None
    max_seconds: float | None
    allow_unpriced: bool

    @classmethod
    def taken_from(cls, options: dict[str, Any]) -> Spend:
        """Take the options of `limits` out of `options`."""
        return cls(**{name: options.pop(name) for name in NAMES})

    def limits(self) -> BudgetLimits:
        """The limits that these are."""
        from decimal import Decimal

        from ...domain.budget.limits import BudgetLimits

        usd = None if self.budget is None else Decimal(str(self.budget))
        return BudgetLimits(self.max_calls, self.max_tokens, usd, self.max_seconds, self.allow_unpriced)
