"""`muster memory show`: one entry."""

from __future__ import annotations

import click

from .. import options as o


@click.command(
    "show",
    cls=o.Command,
    epilog=o.examples("muster memory show lesson-01ab", "muster memory show pattern/lesson-01ab --json"),
)
@click.argument("key", metavar="KEY")
@o.compose(o.json_flag, o.output)
def command(key: str, json: bool, output: str | None) -> None:
    """Show the entry KEY, or the lesson of that id: whole, with its class, its origin and its time."""
    from ....application.use_cases.show_memory import ShowMemoryRequest
    from .. import session
    from ..memory_words import entry_as_text
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..terminal import stdout_width

    check_target(output)
    with session.open_session() as house:
        found = run_async(house.show_memory().execute(ShowMemoryRequest(key)))
    emit(as_json(entry=found) if json else entry_as_text(found, stdout_width()), output)
