"""What `approve` and `deny` share: the answer is kept, and the run goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from . import options as o
from . import spending

if TYPE_CHECKING:
    from ...application.use_cases.answer_run import Answered
    from .work import Look


@dataclass(frozen=True, slots=True)
class Said:
    """What the command line says."""

    run: str | None
    step: str
    reason: str
    no_resume: bool
    model: str | None
    format: str
    json: bool
    output: str | None
    quiet: bool


def answering(function: Callable[..., Any]) -> Callable[..., Any]:
    """The argument and the options of both commands."""
    decorate = o.compose(
        click.option(
            "--step", default="", metavar="STEP", help="Answer only what this step asks; default: everything."
        ),
        click.option("--reason", default="", metavar="TEXT", help="Why; whoever asked is told."),
        click.option("--no-resume", is_flag=True, help="Keep the answer, and let the run wait on."),
        spending.model,
        o.formats(o.RUN_FORMATS),
        o.output,
        o.quiet,
    )
    return click.argument("run", required=False, metavar="[RUN]")(decorate(function))


def answer(said: Said, *, approved: bool) -> int:
    """Keep the answer; a run that was put aside goes on in this process."""
    from ...domain.errors import RunBusy
    from .output import check_target
    from .taking_up import find, go_on, may_ask
    from .terminal import say
    from .work import Look, finish

    look = Look(o.chosen(said.format, said.json), said.output)
    check_target(said.output)
    answered = _kept(said, approved)
    if not said.quiet:
        for wait in answered.waits:
            say(f"muster: {'approved' if approved else 'denied'}: {wait.words}")
    if said.no_resume or answered.driven:
        return _told(answered, look, approved)
    from ...application.use_cases.find_runs import Purpose

    asks = may_ask(look.format, quiet=said.quiet)
    try:
        run = find(answered.run.id, Purpose.RESUME)
        tells = look.format != "json"
        return finish(go_on(run, said.model, quiet=said.quiet, asks=asks, tells=tells), look)
    except RunBusy:  # somebody else was faster
        return _told(answered, look, approved)


def _kept(said: Said, approved: bool) -> Answered:
    from ...application.use_cases.answer_run import AnswerRunRequest
    from ...application.use_cases.find_runs import Purpose
    from ...container.ground import login
    from . import session
    from .run_async import run_async
    from .taking_up import find

    run = find(said.run, Purpose.ANSWER)
    request = AnswerRunRequest(run.id, said.step, approved, said.reason, login())
    with session.open_session() as house:
        return run_async(house.answer_run().execute(request))


def _told(answered: Answered, look: Look, approved: bool) -> int:
    """Say that the answer is kept, and who goes on with it."""
    from .output import emit
    from .plain import as_json

    run_id, driven = answered.run.id, answered.driven
    if look.format == "json":
        names = [wait.name for wait in answered.waits]
        emit(as_json(run_id=run_id, approved=approved, answered=names, driven=driven), look.output)
    elif driven:
        emit(f"the answer is kept; the process that drives run {run_id} goes on with it", look.output)
    else:
        emit(f"the answer is kept; go on with: muster resume {run_id}", look.output)
    return 0
