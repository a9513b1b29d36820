"""`muster runs diff`: what one run has otherwise than another."""

from __future__ import annotations

import click

from .. import options as o


@click.command(
    "diff",
    cls=o.Command,
    epilog=o.examples(
        "muster runs diff run-01ab last",
        "muster runs diff run-01ab run-02cd --format markdown",
        "muster runs diff run-01ab run-02cd --json",
    ),
)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@o.compose(o.formats(o.PLAN_FORMATS), o.output)
def command(
    before: str,
    after: str,
    format: str,  # noqa: A002 - the option's name
    json: bool,
    output: str | None,
) -> None:
    """Show what run B has otherwise than run A: findings, verdict, measures, agents, time and cost.

    Findings are told apart by what they are about, not by their line: one that moved is the same.
    """
    from ....application.use_cases.diff_runs import DiffRunsRequest
    from ...reports.diff import render_diff
    from .. import session
    from ..output import check_target, emit
    from ..run_async import run_async
    from ..work import Look

    look = Look(o.chosen(format, json), output)
    check_target(output)
    with session.open_session() as house:
        diff = run_async(house.diff_runs().execute(DiffRunsRequest(before, after)))
    color, width = look.screen()
    emit(render_diff(diff, look.format, color=color, width=width), output)
