"""`muster memory import`: entries from elsewhere."""

from __future__ import annotations

import click

from .. import options as o


@click.command(
    "import",
    cls=o.Command,
    epilog=o.examples("muster memory import memory.jsonl", "zcat lessons.gz | muster memory import -"),
)
@click.argument("file", metavar="FILE")
@o.compose(
    click.option("--replace", is_flag=True, help="Also over entries that are there already."), o.json_flag
)
def command(file: str, replace: bool, json: bool) -> None:
    """Take in what muster memory export wrote to FILE (- is stdin): all of it, or nothing when it is damaged.

    Entries that are there already are left alone. Personal data and secrets are taken out as always, and the time
    that each is kept begins anew.
    """
    from ....application.use_cases.import_memory import ImportMemoryRequest
    from ...reports.wording import count
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..texts import read_text

    lines = read_text(file).splitlines()
    with session.open_session() as house:
        done = run_async(house.import_memory().execute(ImportMemoryRequest(lines, replace)))
    words = f"{count(len(done.stored), 'entry', 'entries')} taken in"
    words += f", {len(done.kept):,} there already and left alone" if done.kept else ""
    emit(as_json(stored=done.stored, kept=done.kept) if json else words)
