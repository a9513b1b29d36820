"""`muster runs export`: a run in a file."""

from __future__ import annotations

import click

from .. import options as o


@click.command(
    "export",
    cls=o.Command,
    epilog=o.examples(
        "muster runs export run-01ab -o run.jsonl", "muster runs export last | gzip > run.jsonl.gz"
    ),
)
@click.argument("run", metavar="RUN")
@o.output
def command(run: str, output: str | None) -> None:
    """Write everything that is kept of RUN, as lines of JSON, to carry it elsewhere: muster runs import.

    Nothing is left out: what the run has read is in there, as private as the folder that it worked in.
    """
    from ....application.use_cases.export_run import ExportRunRequest
    from .. import session
    from ..output import check_target, emit
    from ..run_async import run_async

    check_target(output)
    with session.open_session() as house:
        lines = run_async(house.export_run().execute(ExportRunRequest(run)))
    emit("\n".join(lines), output)
