"""`muster runs delete`: a run is forgotten."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ....domain.errors import UserError
from .. import options as o
from .. import terminal

if TYPE_CHECKING:
    from ....container import Container
    from ....domain.orchestration.run import RunRecord


@click.command(
    "delete",
    cls=o.Command,
    epilog=o.examples("muster runs delete run-01ab", "muster runs delete run-01ab --yes"),
)
@click.argument("run", metavar="RUN")
@o.compose(click.option("--yes", is_flag=True, help="Do not ask."), o.json_flag)
def command(run: str, yes: bool, json: bool) -> None:
    """Forget RUN with all that was recorded of it; it cannot be had back.

    What its calls have cost stays in muster costs. It asks first; without a terminal it needs --yes.
    """
    from ....application.use_cases.delete_run import DeleteRunRequest
    from .. import session
    from ..output import emit
    from ..plain import as_json
    from ..run_async import run_async

    with session.open_session() as house:
        found = run_async(_found(house, run))
        if not yes:
            _ask(found)
        run_async(house.delete_run().execute(DeleteRunRequest(found.id)))
    emit(as_json(run_id=found.id, deleted=True) if json else f"run {found.id} is forgotten")


async def _found(house: Container, wanted: str) -> RunRecord:
    from ....application.use_cases.show_run import ShowRunRequest

    return await house.show_run().execute(ShowRunRequest(wanted))


def _ask(run: RunRecord) -> None:
    when = f"{run.started_at.astimezone():%Y-%m-%d %H:%M}"
    ask(f"run {run.id!r} is", f"run {run.id} of {when} ({run.status.value}): {run.plan.task}", "it")


def ask(whose: str, words: str, what: str) -> None:
    """Raise UserError unless somebody at the terminal who has read `words` says yes to forgetting `what`.

    `whose` begins what is said when nobody does: "run 'run-1' is", "2 runs are".
    """
    if not terminal.is_attended():
        raise UserError(
            f"{whose} not forgotten unasked", code="not-asked", hint="say --yes, or use a terminal"
        )
    terminal.say(words)
    print(f"forget {what}? [y/N] ", end="", file=sys.stderr, flush=True)  # noqa: T201 - a question
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise UserError(f"{whose} kept", code="kept", hint=f"say yes to forget {what}")
