"""`muster resume`: a run that stopped goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from .. import approvals, spending
from .. import options as o

if TYPE_CHECKING:
    from ....domain.orchestration.run import RunRecord
    from ..work import Look

WORST_FIRST = (3, 130, 4, 2, 1, 5, 6)


@dataclass(frozen=True, slots=True)
class Given:
    """How to go on."""

    in_doubt: str | None
    model: str | None
    quiet: bool
    force: bool


@click.command(
    "resume",
    cls=o.Command,
    epilog=o.examples(
        "muster resume                     the last run that can go on",
        "muster resume run-01ab --in-doubt skip",
        "muster resume --all --quiet       everything that is due, e.g. every hour",
    ),
)
@click.argument("run", required=False, metavar="[RUN]")
@o.compose(
    approvals.in_doubt,
    click.option(
        "--all",
        "everything",
        is_flag=True,
        help="Every run that was interrupted, or whose time or answer has come, one after the other.",
    ),
    click.option(
        "--force",
        is_flag=True,
        help="Take the run from a process that is certainly gone, e.g. on a host that is no more.",
    ),
    spending.model,
    o.formats(o.RUN_FORMATS),
    o.output,
    o.quiet,
)
def command(
    run: str | None,
    everything: bool,
    format: str,  # noqa: A002 - the option's name
    json: bool,
    output: str | None,
    **how: Any,
) -> int:
    """Go on with RUN: an id, the beginning of one, or (the default) the last run that can go on.

    That is one that was interrupted, cancelled, has failed, or waits. What is recorded is neither done nor paid
    again; the terms on which it was begun still hold. The exit code is that of muster run.
    """
    from ..output import check_target
    from ..work import Look

    look = Look(o.chosen(format, json), output)
    given = Given(**how)
    if not everything:
        check_target(output)
        return _one(run, given, look)
    if run is not None or output is not None:
        raise click.UsageError("--all goes with neither RUN nor --output", click.get_current_context())
    return _all(given, look)


def _one(wanted: str | None, given: Given, look: Look) -> int:
    from ....application.use_cases.find_runs import Purpose
    from ..taking_up import find

    return _driven(find(wanted, Purpose.RESUME), given, look)


def _driven(run: RunRecord, given: Given, look: Look) -> int:
    from ..approvals import policy
    from ..taking_up import go_on, may_ask
    from ..work import finish

    asks = may_ask(look.format, quiet=given.quiet)
    tells = look.format != "json"
    record = go_on(
        run, given.model, policy(given.in_doubt), quiet=given.quiet, asks=asks, force=given.force, tells=tells
    )
    return finish(record, look)


def _all(given: Given, look: Look) -> int:
    """Each of them, whatever becomes of the others; the worst exit code."""
    from ....application.use_cases.find_runs import FindRunsRequest, Purpose
    from .. import session
    from ..run_async import run_async
    from ..terminal import say

    with session.open_session() as house:
        lines = run_async(house.find_runs().execute(FindRunsRequest(Purpose.DUE)))
    if not lines and not given.quiet:
        say("muster: no run is due")
    codes = {_each(line.id, given, look) for line in lines}
    return next((code for code in WORST_FIRST if code in codes), 0)


def _each(run_id: str, given: Given, look: Look) -> int:
    from ....domain.errors import MusterError
    from ..failures import report

    try:
        return _one(run_id, given, look)
    except MusterError as error:
        return report(error, as_json=look.format == "json")
