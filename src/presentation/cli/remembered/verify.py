"""`muster memory verify`: every entry is read."""

from __future__ import annotations

import click

from .. import options as o

DAMAGED = 1


@click.command(
    "verify", cls=o.Command, epilog=o.examples("muster memory verify", "muster memory verify --repair --json")
)
@o.compose(
    click.option("--repair", is_flag=True, help="Set damaged entries aside, and build the index anew."),
    o.json_flag,
)
def command(repair: bool, json: bool) -> None:
    """Read every entry against its digest. Exit code 1 when one is damaged and was not set aside."""
    from ....application.use_cases.verify_memory import VerifyMemoryRequest
    from .. import session
    from ..memory_words import verified_as_text
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    with session.open_session() as house:
        found = run_async(house.verify_memory().execute(VerifyMemoryRequest(repair)))
    emit(as_json(verified=found) if json else verified_as_text(found))
    if found.damaged and not found.repaired:
        raise click.exceptions.Exit(DAMAGED)
