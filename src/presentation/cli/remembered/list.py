"""`muster memory list`: entries by key."""

from __future__ import annotations

import click

from .. import options as o


@click.command(
    "list",
    cls=o.Command,
    epilog=o.examples("muster memory list", "muster memory list --prefix pattern/ --json"),
)
@o.compose(
    click.option("--prefix", default="", metavar="TEXT", help="Only keys that begin so."),
    o.classification,
    click.option("--limit", default=50, show_default=True, metavar="N", help="The first N."),
    o.json_flag,
    o.output,
)
def command(prefix: str, classification: str | None, limit: int, json: bool, output: str | None) -> None:
    """List entries by key, with their class, when they were stored, and how they begin."""
    from ....application.use_cases.list_memory import ListMemoryRequest
    from .. import session
    from ..memory_words import listed_as_text
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width

    check_target(output)
    with session.open_session() as house:
        request = ListMemoryRequest(prefix, classification, limit)
        found = run_async(house.list_memory().execute(request))
    text = as_json(entries=found.entries, total=found.total, closed=found.closed)
    emit(text if json else listed_as_text(found, stdout_width()), output)
