"""`muster runs import`: a run from elsewhere."""

from __future__ import annotations

import click

from .. import options as o


@click.command(
    "import",
    cls=o.Command,
    epilog=o.examples("muster runs import run.jsonl", "zcat run.jsonl.gz | muster runs import -"),
)
@click.argument("file", metavar="FILE")
@o.json_flag
def command(file: str, json: bool) -> None:
    """Take in a run that muster runs export wrote to FILE (- is stdin); it keeps its id.

    Only what is whole is taken in; a run that is there already is left alone. Nobody drives it then: muster
    resume goes on with one that was at work, in the folder that it names.
    """
    from ....application.use_cases.import_run import ImportRunRequest
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..texts import read_text

    lines = read_text(file).splitlines()
    with session.open_session() as house:
        run = run_async(house.import_run().execute(ImportRunRequest(lines)))
    words = f"run {run.id} ({run.status.value}): {run.plan.task}"
    emit(as_json(run_id=run.id, status=run.status.value) if json else words)
