"""`muster memory stats`: where memory is kept."""

from __future__ import annotations

import click

from .. import options as o


@click.command("stats", cls=o.Command, epilog=o.examples("muster memory stats", "muster memory stats --json"))
@o.json_flag
def command(json: bool) -> None:
    """Tell which stores keep both tiers, whether they answer, and how many entries of each class you may read."""
    from .. import session
    from ..memory_words import status_as_text
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    with session.open_session() as house:
        status = run_async(house.show_memory_stats().execute())
    emit(as_json(memory=status, healthy=status.healthy) if json else status_as_text(status))
