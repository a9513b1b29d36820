"""`muster watch`: a run, while it is at work."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from .. import options as o

if TYPE_CHECKING:
    from ....container import Container
    from ....domain.journal.record import Record


@click.command(
    "watch",
    cls=o.Command,
    epilog=o.examples(
        "muster watch",
        "muster watch run-01ab --after 120     go on from where you stopped watching",
        "muster watch run-01ab --json          one record a line",
    ),
)
@click.argument("run", default="last", metavar="[RUN]")
@o.compose(
    click.option(
        "--after",
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        help="Begin behind the record with this number.",
    ),
    click.option("--json", "json", is_flag=True, help="One record a line, as JSON (and errors)."),
)
def command(run: str, after: int, json: bool) -> None:
    """Follow RUN, whichever process drives it: an id, the beginning of one, or (the default) the last run.

    It begins with what has happened already, and ends when the run ends or waits. Ctrl-C ends only the watching.
    """
    from .. import session
    from ..failures import Interrupted
    from ..output import emit_exactly
    from ..run_async import run_async
    from ..terminal import say
    from ..watch_words import Narrator

    narrator = Narrator()
    seen = after

    def show(record: Record) -> None:
        nonlocal seen
        lines = [_as_json(record)] if json else [_line(record, words) for words in narrator.tell(record)]
        for line in lines:
            emit_exactly(f"{line}\n")
        seen = record.number

    with session.open_session() as house:
        words = run_async(
            _follow(house, run, after, show),
            lambda: Interrupted("the watching has ended, not the run", f"muster watch {run} --after {seen}"),
        )
    say(f"muster: {words}")


async def _follow(house: Container, wanted: str, after: int, show: Callable[[Record], None]) -> str:
    """Show each record as it comes; how the run stands then."""
    from ....application.use_cases.show_run import ShowRunRequest
    from ....application.use_cases.watch_run import WatchRunRequest

    run = await house.show_run().execute(ShowRunRequest(wanted))
    async for record in house.watch_run().execute(WatchRunRequest(run.id, after)):
        show(record)
    now = await house.show_run().execute(ShowRunRequest(run.id))
    return f"run {run.id} is {now.status.value}; muster show {run.id}"


def _line(record: Record, words: str) -> str:
    from ...reports.wording import printable

    return f"{record.number:>5}  {record.at.astimezone():%H:%M:%S}  {printable(words)}"


def _as_json(record: Record) -> str:
    """A record with its payload as JSON, or as text where it is none; what is staged of files is nobody's to see."""
    import json

    from ....application.services.run_editing import tells_of_edits

    try:
        payload = json.loads(record.payload) if record.payload and not tells_of_edits(record) else None
    except ValueError:
        payload = record.payload
    content = {
        "number": record.number,
        "kind": record.kind.value,
        "key": record.key,
        "at": record.at.isoformat(),
        "epoch": record.epoch,
        "payload": payload,
    }
    return json.dumps(content)
