"""`muster runs`: what was kept."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ....domain.orchestration.run import RunStatus, RunSummary
from .. import kept
from .. import options as o
from ..lazy_commands import LazyCommands

COMMANDS = {
    "steps": "List the steps that a run can be forked from.",
    "diff": "Compare two runs.",
    "export": "Write a run down, to carry it elsewhere.",
    "import": "Take in a run that was exported.",
    "compact": "Drop the steps of a completed run.",
    "prune": "Forget runs that are old.",
    "delete": "Forget a run.",
}


@click.group(
    "runs",
    cls=LazyCommands,
    package=kept.__name__,
    table=COMMANDS,
    invoke_without_command=True,
    subcommand_metavar="[COMMAND] [ARGS]...",
    epilog=o.examples(
        "muster runs",
        "muster runs --status waiting",
        "muster runs --limit 100 --json",
        "muster runs diff run-01ab last",
        "muster runs prune --older-than 90",
    ),
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
    click.option("--debug", is_flag=True, expose_value=False, hidden=True),
)
@click.pass_context
def command(context: click.Context, limit: int, status: str | None, json: bool, output: str | None) -> None:
    """List the runs that were kept, the newest first; compare, carry and forget them."""
    if context.invoked_subcommand is not None:
        _refuse_lost_options(context)
        return
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


def _refuse_lost_options(context: click.Context) -> None:
    """An option of the list would be lost in silence on a command below it."""
    said = click.core.ParameterSource.COMMANDLINE
    lost = [name for name in context.params if context.get_parameter_source(name) is said]
    if lost:
        name = context.invoked_subcommand
        raise click.UsageError(f"--{lost[0]} stands before {name}: options go behind it", context)


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
