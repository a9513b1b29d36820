"""`muster costs`: what was spent."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ....domain.errors import UserError
from ....domain.ledger.entry import CostTotal, Grouping
from .. import options as o

if TYPE_CHECKING:
    from ....application.use_cases.show_costs import CostReport, Savings


def read_since(_ctx: click.Context, _param: click.Parameter, text: str | None) -> datetime | None:
    """A day or a moment in ISO 8601, in UTC unless it says otherwise; raises UserError."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        hint = "give a day like 2026-01-31, or a moment like 2026-01-31T12:00"
        raise UserError(f"--since {text!r} is no date", code="since", hint=hint) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command(
    "costs",
    cls=o.Command,
    epilog=o.examples(
        "muster costs",
        "muster costs --by day --since 2026-01-01",
        "muster costs --run run-01ab --by agent",
        "muster costs --against anthropic/claude-opus-5-5",
    ),
)
@o.compose(
    click.option(
        "--by",
        type=o.Names([grouping.value for grouping in Grouping]),
        default=Grouping.MODEL.value,
        show_default=True,
        metavar="|".join(grouping.value for grouping in Grouping),
        help="What the sums are made by; a tier is the one that was asked for, days are those of UTC.",
    ),
    click.option(
        "--run",
        "run_id",
        default="",
        metavar="ID",
        help='Only this run or conversation: an id, the beginning of one, or "last" for the newest run.',
    ),
    click.option(
        "--since", metavar="DATE", callback=read_since, help="Only calls since this day or moment (UTC)."
    ),
    click.option(
        "--against",
        "baseline",
        default="",
        metavar="MODEL",
        help="Compare with the same calls at the prices of this model (provider/model).",
    ),
    o.json_flag,
    o.output,
)
def command(
    by: str,
    run_id: str,
    since: datetime | None,
    baseline: str,
    json: bool,
    output: str | None,
) -> None:
    """Show what calls of language models have cost: every attempt counts, the failed ones included.

    What has no known price is shown as unpriced, never as $0. Savings are told only against a model that you
    name, over the same calls.
    """
    from ....application.use_cases.show_costs import ShowCostsRequest
    from .. import session
    from ..output import check_target, emit
    from ..run_async import run_async

    check_target(output)
    request = ShowCostsRequest(Grouping(by), run_id, since, baseline)
    with session.open_session() as house:
        report = run_async(house.show_costs().execute(request))
    emit(_as_json(report) if json else _as_text(report), output)


def _as_json(report: CostReport) -> str:
    """Dollars are decimal strings, with every digit."""
    from ..plain import as_json

    savings = report.savings
    compared = None if savings is None else asdict(savings) | {"saved": savings.saved}
    return as_json(
        by=report.by, run_id=report.run_id, totals=report.totals, total=report.total, savings=compared
    )  # fmt: skip


def _as_text(report: CostReport) -> str:
    from ..plain import columns
    from ..terminal import stdout_width

    of_run = f" in run {report.run_id}" if report.run_id else ""
    if not report.totals:
        return f"$0.00: no calls of language models are recorded{of_run}"
    by = "tier asked for" if report.by is Grouping.TIER else report.by.value
    head = (by, "calls", "failed", "refused", "in", "cached in", "out", "cost")
    rows = [head, *(_row(total) for total in report.totals)]
    if len(report.totals) > 1:
        rows.append(_row(report.total))
    lines = [columns(rows, stdout_width()), *_notes(report.total)]
    if report.savings is not None:
        lines.append(_compared(report.savings))
    return "\n".join(lines)


def _row(total: CostTotal) -> tuple[str, ...]:
    usage = total.usage
    numbers = (total.calls, total.failed, total.refused, usage.input + usage.cache_write)
    return (
        total.key or "–",
        *(f"{number:,}" for number in numbers),
        f"{usage.cache_read:,}",
        f"{'~' if total.estimated else ''}{usage.output:,}",
        _cost(total),
    )


def _cost(total: CostTotal) -> str:
    """Dollars; calls without a price are named beside them, and never taken for free."""
    from ...reports.wording import money

    mark = "~" if total.estimated else ""
    if not total.unpriced:
        return mark + money(total.cost)
    without = f"{total.unpriced:,} unpriced"
    priced = total.cost > 0 or total.unpriced < total.calls + total.refused
    return f"{mark}{money(total.cost)} + {without}" if priced else without


def _notes(total: CostTotal) -> list[str]:
    from ...reports.wording import count, money

    notes = []
    if total.estimated:
        notes.append(
            f"~ the provider did not report the tokens of {count(total.estimated, 'call')}: estimated"
        )
    if total.cached:
        notes.append(f"{count(total.cached, 'call')} answered from the cache, at no cost")
    if total.refused:
        spared = f"; they would have cost at most {money(total.spared)}" if total.spared else ""
        notes.append(f"{count(total.refused, 'call')} refused before being made{spared}")
    return notes


def _compared(savings: Savings) -> str:
    from ...reports.wording import count, money

    saved = savings.saved
    verdict = f"{money(saved)} saved" if saved >= 0 else f"{money(-saved)} more than that"
    left_out = f" ({count(savings.left_out, 'unpriced call')} left out)" if savings.left_out else ""
    return (
        f"the same {count(savings.calls, 'call')} at the prices of {savings.baseline}: "
        f"{money(savings.at_baseline)}, actual {money(savings.actual)}, {verdict}{left_out}"
    )
