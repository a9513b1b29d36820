"""`muster runs prune`: old runs are forgotten."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ....domain.orchestration.run import RunSummary
from .. import options as o


@click.command(
    "prune",
    cls=o.Command,
    epilog=o.examples(
        "muster runs prune --older-than 90 --dry-run", "muster runs prune --older-than 90 --yes"
    ),
)
@o.compose(
    click.option(
        "--older-than",
        "days",
        type=click.FloatRange(min=0),
        required=True,
        metavar="DAYS",
        help="Runs that began longer ago than this.",
    ),
    click.option("--dry-run", is_flag=True, help="Only show which these are."),
    click.option("--yes", is_flag=True, help="Do not ask."),
    o.json_flag,
)
def command(days: float, dry_run: bool, yes: bool, json: bool) -> None:
    """Forget runs that began more than so many DAYS ago, with all that was recorded of them.

    Runs at work, and runs that wait, are kept. What calls have cost stays in muster costs. It asks first; without a
    terminal it needs --yes.
    """
    from ....application.use_cases.prune_runs import PruneRunsRequest
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    with session.open_session() as house:
        if not dry_run and not yes:
            old = run_async(house.prune_runs().execute(PruneRunsRequest(days, dry_run=True)))
            _ask(old)
        gone = run_async(house.prune_runs().execute(PruneRunsRequest(days, dry_run)))
    emit(as_json(dry_run=dry_run, runs=gone) if json else _as_text(gone, dry_run))


def _ask(old: Sequence[RunSummary]) -> None:
    """Raise UserError unless there is nothing to forget, or somebody at the terminal says yes."""
    from ...reports.wording import count
    from .delete import ask

    if old:
        whose = f"{count(len(old), 'run')} {'is' if len(old) == 1 else 'are'}"
        ask(whose, _as_text(old, dry_run=True), "it" if len(old) == 1 else "them")


def _as_text(gone: Sequence[RunSummary], dry_run: bool) -> str:
    from ...reports.wording import count
    from ..plain import columns
    from ..terminal import stdout_width

    verb = "would be forgotten" if dry_run else "forgotten"
    words = f"{count(len(gone), 'run')} {verb}"
    if not dry_run or not gone:
        return words
    rows = [
        (run.id, f"{run.started_at.astimezone():%Y-%m-%d %H:%M}", run.status.value, run.task) for run in gone
    ]
    return f"{columns(rows, stdout_width())}\n{words}"
