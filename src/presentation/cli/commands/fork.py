"""`muster fork`: another way from a step of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import options as o
from .. import spending

if TYPE_CHECKING:
    from ....container import Container
    from ....domain.orchestration.run import RunRecord


@click.command(
    "fork",
    cls=o.Command,
    epilog=o.examples(
        "muster runs steps run-01ab                      which steps there are",
        'muster fork run-01ab --from "code-reviewer#1"',
        "muster fork run-01ab --from code-reviewer#1/model/2 --plan other.json",
    ),
)
@click.argument("run", metavar="RUN")
@o.compose(
    click.option(
        "--from",
        "step",
        required=True,
        metavar="STEP",
        help="The step that is made anew, with all that was recorded after it; muster runs steps RUN.",
    ),
    click.option(
        "--plan",
        metavar="FILE",
        type=o.FILE,
        help="Go on with this plan, which `muster plan --json` wrote, instead of the run's own.",
    ),
    spending.model,
    o.formats(o.RUN_FORMATS),
    o.output,
    o.quiet,
)
def command(
    run: str,
    step: str,
    plan: str | None,
    model: str | None,
    format: str,  # noqa: A002 - the option's name
    json: bool,
    output: str | None,
    quiet: bool,
) -> int:
    """Begin a new run that has what RUN had before STEP, and make the rest anew.

    What is taken over costs nothing, and is marked so. RUN itself is not touched. The exit code is that of
    muster run.
    """
    from ....application.use_cases.find_runs import Purpose
    from ....application.use_cases.fork_run import ForkRunRequest
    from ..output import check_target
    from ..saved_plan import read_plan
    from ..taking_up import attended, drive, find, may_ask
    from ..work import Look, finish, follow

    look = Look(o.chosen(format, json), output)
    check_target(output)
    saved = None if plan is None else read_plan(plan)
    origin = find(run, Purpose.RESUME)
    request = ForkRunRequest(origin.id, step, saved)

    def work(house: Container) -> RunRecord:
        record = follow(house, lambda: house.fork_run().execute(request), quiet=quiet)
        return attended(house, record, quiet=quiet) if may_ask(look.format, quiet=quiet) else record

    silent = quiet or look.format == "json"
    return finish(drive(saved or origin.plan, model, work, quiet=silent), look)
