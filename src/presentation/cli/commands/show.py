"""`muster show`: a run again."""

from __future__ import annotations

import click

from .. import options as o


@click.command(
    "show",
    cls=o.Command,
    epilog=o.examples(
        "muster show",
        "muster show run-01ab --format markdown",
        "muster show last --format html -o report.html",
    ),
)
@click.argument("run", default="last", metavar="[RUN]")
@o.compose(o.formats(o.RUN_FORMATS), o.output)
def command(run: str, format: str, json: bool, output: str | None) -> None:  # noqa: A002 - the option's name
    """Show RUN: an id, the beginning of one, or (the default) the last run.

    The exit code tells whether it could be shown, not what the run found.
    """
    from ....application.use_cases.show_run import ShowRunRequest
    from .. import session
    from ..output import check_target
    from ..run_async import run_async
    from ..work import Look

    look = Look(o.chosen(format, json), output)
    check_target(output)
    with session.open_session() as house:
        record = run_async(house.show_run().execute(ShowRunRequest(run)))
    look.show_run(record)
