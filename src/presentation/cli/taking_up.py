"""Runs that are there already: which one is meant, and how this process goes on with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ...domain.errors import UserError
from ...domain.orchestration.approvals import DoubtPolicy
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import RunRecord, RunStatus
from . import session, terminal
from .run_async import run_async
from .terminal import say
from .work import follow

if TYPE_CHECKING:
    from ...application.use_cases.find_runs import Purpose
    from ...container import Container

OTHER_MODEL = "other-model"


def find(wanted: str | None, purpose: Purpose) -> RunRecord:
    """The run `wanted`, or the newest with which `purpose` can be done; raises UserError, UnknownName."""
    from ...application.use_cases.find_runs import FindRunsRequest
    from ...application.use_cases.show_run import ShowRunRequest

    async def search(house: Container) -> RunRecord:
        if wanted is not None:
            return await house.show_run().execute(ShowRunRequest(wanted))
        (line,) = await house.find_runs().execute(FindRunsRequest(purpose))
        return await house.show_run().execute(ShowRunRequest(line.id))

    with session.open_session() as house:
        return run_async(search(house))


def drive(
    plan: ExecutionPlan, model: str | None, work: Callable[[Container], RunRecord], *, quiet: bool = False
) -> RunRecord:
    """Do `work` with the settings of the plan's folder, and the models that it was made for.

    These are `model` when it is given, else those that are set, else those that the plan names; that is told unless
    it is to be `quiet`.
    """
    root = plan.root if Path(plan.root).is_dir() else "."
    try:
        with session.open_session(root, {"model": model}) as house:
            return work(house)
    except UserError as error:
        planned = planned_model(plan)
        if error.code != OTHER_MODEL or model is not None or planned is None:
            raise
    if not quiet:
        say(f"muster: with {planned}, as planned")
    with session.open_session(root, {"model": planned}) as house:
        return work(house)


def planned_model(plan: ExecutionPlan) -> str | None:
    """The one model, else the one provider, of all agents; None when there are several."""
    models = {agent.model for agent in plan.agents}
    for names in (models, {model.partition("/")[0] for model in models}):
        if len(names) == 1:
            return names.pop()
    return None


def resume(
    house: Container, run_id: str, in_doubt: DoubtPolicy | None, *, quiet: bool, force: bool = False
) -> RunRecord:
    """Go on with a run in this process, and tell how it goes."""
    from ...application.use_cases.resume_run import ResumeRunRequest

    request = ResumeRunRequest(run_id, in_doubt, force)
    return follow(house, lambda: house.resume_run().execute(request), quiet=quiet)


def go_on(
    run: RunRecord,
    model: str | None,
    in_doubt: DoubtPolicy | None = None,
    *,
    quiet: bool,
    asks: bool,
    force: bool = False,
    tells: bool = True,
) -> RunRecord:
    """Go on with `run`, also by `force`; where somebody sits at the terminal (`asks`), until nothing is asked.

    What is done is told beforehand where somebody reads it as lines (`tells`), and not of what is refused anyway.
    """
    tells = tells and not quiet and not _is_refused(run, force=force)
    if tells:
        say(f"muster: going on with run {run.id} ({run.status.value}): {run.plan.task}")

    def work(house: Container) -> RunRecord:
        record = resume(house, run.id, in_doubt, quiet=quiet, force=force)
        return attended(house, record, quiet=quiet) if asks else record

    return drive(run.plan, model, work, quiet=not tells)


def _is_refused(run: RunRecord, *, force: bool) -> bool:
    """Whether nobody can go on with it: it is completed, or at work in another process."""
    return not run.status.is_open or (run.status is RunStatus.RUNNING and not force)


def attended(house: Container, record: RunRecord, *, quiet: bool) -> RunRecord:
    """A run that somebody at the terminal answers at once, as often as it asks."""
    from .questions import talked_over

    return talked_over(house, record, lambda run_id: resume(house, run_id, None, quiet=quiet))


def may_ask(format: str, *, quiet: bool) -> bool:  # noqa: A002 - named after the option
    """Whether what a run asks is asked here, and now."""
    return not quiet and format != "json" and terminal.is_attended()
