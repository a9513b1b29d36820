"""`muster cancel`: a run ends before its end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from .. import options as o

if TYPE_CHECKING:
    from ....application.use_cases.cancel_run import Cancelled
    from ....container import Container
    from ....domain.orchestration.run import RunRecord

LOOK_SECONDS = 0.1
NOT_DONE = 5


@click.command(
    "cancel",
    cls=o.Command,
    epilog=o.examples("muster cancel", "muster cancel run-01ab --wait 60", "muster cancel run-01ab --wait 0"),
)
@click.argument("run", required=False, metavar="[RUN]")
@o.compose(
    click.option(
        "--wait",
        "seconds",
        type=click.FloatRange(min=0),
        default=10.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait for the end of a run that another process drives.",
    ),
    o.json_flag,
)
def command(run: str | None, seconds: float, json: bool) -> int:
    """Stop RUN: an id, the beginning of one, or (the default) the last run that has not ended.

    A run at work is told to stop and keeps what it has; one that waits, or was interrupted, is closed here. It
    can be resumed later. Exit code 5: it was told to stop, and has not done so in time.
    """
    from ....application.use_cases.cancel_run import CancelRunRequest
    from ....application.use_cases.find_runs import Purpose
    from ....container.ground import login
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async
    from ..taking_up import find

    found = find(run, Purpose.STOP)

    async def stop(house: Container) -> tuple[Cancelled, RunRecord]:
        done = await house.cancel_run().execute(CancelRunRequest(found.id, login()))
        return done, await _end(house, done, seconds)

    with session.open_session() as house:
        done, now = run_async(stop(house))
    ended = now.status.value != "running"
    if json:
        emit(as_json(run_id=now.id, status=now.status.value, asked=done.asked, ended=ended))
    else:
        emit(_words(done, now, ended))
    return 0 if ended else NOT_DONE


async def _end(house: Container, done: Cancelled, seconds: float) -> RunRecord:
    """The run as it is when it has ended, or the time is over."""
    from ....application.use_cases.show_run import ShowRunRequest
    from ....domain.orchestration.run import RunStatus

    run = done.run
    if not done.asked:
        return run
    loop = asyncio.get_running_loop()
    give_up = loop.time() + seconds
    while run.status is RunStatus.RUNNING:
        if loop.time() >= give_up:
            return run
        await asyncio.sleep(LOOK_SECONDS)
        run = await house.show_run().execute(ShowRunRequest(run.id))
    return run


def _words(done: Cancelled, now: RunRecord, ended: bool) -> str:
    if not done.asked:
        return f"run {now.id} was stopped; go on with: muster resume {now.id}"
    if ended:
        return f"run {now.id} was told to stop, and is {now.status.value}; see: muster show {now.id}"
    return f"run {now.id} was told to stop, and has not ended yet; see: muster watch {now.id}"
