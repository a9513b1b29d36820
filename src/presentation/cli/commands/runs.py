"""`muster runs`: what was kept."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ....domain.orchestration.run import RunStatus, RunSummary
from .. import options as o


@click.command(
    "runs",
    cls=o.Command,
    epilog=o.examples("muster runs", "muster runs --status cancelled", "muster runs --limit 100 --json"),
)
@o.compose(
    click.option("--limit", default=20, show_default=True, metavar="N", help="The newest N runs."),
    click.option(
        "--status",
        type=o.Names([status.value for status in RunStatus]),
        metavar="STATUS",
        help=f"Only runs that are {', '.join(status.value for status in RunStatus)}.",
    ),
    o.json_flag,
    o.output,
)
def command(limit: int, status: str | None, json: bool, output: str | None) -> None:
    """List the runs that were kept, the newest first."""
    from ....application.use_cases.list_runs import ListRunsRequest
    from .. import session
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async

    check_target(output)
    with session.open_session() as house:
        request = ListRunsRequest(limit, RunStatus(status) if status else None)
        runs = run_async(house.list_runs().execute(request))
    emit(as_json(runs=runs) if json else _as_text(runs), output)


def _as_text(runs: Sequence[RunSummary]) -> str:
    from pathlib import PurePath

    from ..plain import columns
    from ..terminal import stdout_width

    if not runs:
        return "no runs"
    rows = [("run", "started", "result", "score", "findings", "folder", "task")]
    rows += [
        (
            run.id,
            run.started_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            _result(run),
            "–" if run.score is None else f"{run.score:.1f}",
            "–" if run.verdict is None else str(run.findings),  # counted when the report was made
            PurePath(run.root).name or run.root,
            run.task,
        )
        for run in runs
    ]
    return columns(rows, stdout_width())


def _result(run: RunSummary) -> str:
    """What a finished run says; a run that ended otherwise has no say, even if it left a report."""
    return run.verdict.value if run.verdict and run.status is RunStatus.COMPLETED else run.status.value
