"""`muster runs compact`: the end of a run stays, its steps go."""

from __future__ import annotations

import click

from .. import options as o


@click.command("compact", cls=o.Command, epilog=o.examples("muster runs compact run-01ab"))
@click.argument("run", metavar="RUN")
@o.json_flag
def command(run: str, json: bool) -> None:
    """Drop the steps of RUN, which must be completed: its result says it all, and takes less room.

    It can be shown and compared as before, but no longer watched step by step, nor forked.
    """
    from ....application.use_cases.compact_run import CompactRunRequest
    from ...reports.wording import count
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    with session.open_session() as house:
        done = run_async(house.compact_run().execute(CompactRunRequest(run)))
    words = f"run {done.run_id}: {count(done.dropped, 'record')} dropped"
    emit(as_json(run_id=done.run_id, dropped=done.dropped) if json else words)
