"""`muster run`: a team for a task, at work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from .. import approvals, spending
from .. import options as o
from ..approvals import Asked
from ..spending import Spend
from ..wishes import Wish

if TYPE_CHECKING:
    from ....container import Container
    from ..work import Planning


@dataclass(frozen=True, slots=True)
class Given:
    """What is particular to a run."""

    task: str | None
    plan: str | None
    dry_run: bool
    baseline: str | None
    fail_on: str | None
    quiet: bool
    no_memory: bool
    model: str | None
    spend: Spend
    asked: Asked


@click.command(
    "run",
    cls=o.Command,
    epilog=o.examples(
        'muster run "review src/auth for security problems"',
        'muster run "review what changed" --since main --fail-on high',
        'muster run "find dead code" --path ../shop --format html -o report.html',
        'muster run "find what is slow" --model anthropic --budget 0.50',
        'muster run "tidy src" --approve-tool "*" --approve-above 0.20',
        'muster run "write tests for shop.py" --write --repair 2 --model anthropic',
        "muster run --plan plan.yaml --write",
        "echo review this project | muster run -",
    ),
)
@click.argument("task", required=False)
@o.compose(
    o.path,
    o.since,
    click.option("--dry-run", is_flag=True, help="Show the plan and stop."),
    o.team,
    spending.model,
    spending.limits,
    o.gates,
    o.verdict,
    approvals.asked,
    o.run_tests,
    o.write,
    o.no_history,
    o.no_memory,
    click.option(
        "--plan",
        metavar="FILE",
        type=o.FILE,
        help="Run a plan that `muster plan` wrote, as YAML or JSON.",
    ),
    o.formats((*o.RUN_FORMATS, o.YAML)),
    o.output,
    o.quiet,
)
def command(
    task: str | None,
    plan: str | None,
    dry_run: bool,
    baseline: str | None,
    fail_on: str | None,
    quiet: bool,
    no_memory: bool,
    model: str | None,
    **shared: Any,
) -> int:
    """Assemble a team for TASK, run it on the project, and report what it found.

    TASK is a sentence, or - to read it from stdin; instead of it, --plan runs a saved plan. The run is kept:
    muster runs, muster show. When it was interrupted: muster resume. What it asks before it acts is asked here
    when somebody sits at the terminal; else it waits, and ends with 6: muster approve, muster deny.
    """
    spend = spending.Spend.taken_from(shared)
    given = Given(
        task, plan, dry_run, baseline, fail_on, quiet, no_memory, model, spend, Asked.taken_from(shared)
    )
    wish = Wish(**shared)
    _refuse_contradictions(given, wish)
    return _run(given, wish)


def _run(given: Given, wish: Wish) -> int:
    from .. import session
    from ..baseline import read_baseline
    from ..output import check_target
    from ..run_async import run_async
    from ..taking_up import attended, may_ask
    from ..work import Look, Standards, carry_out, finish

    look = Look(o.chosen(wish.format, wish.json), wish.output)
    check_target(wish.output)
    known = read_baseline(given.baseline)
    flags = {
        "fail_on": given.fail_on,
        "history": False if wish.no_history else None,
        "model": given.model,
    }
    with session.open_session(wish.path, flags) as house:
        planning = _planning(house, given, wish)
        if given.dry_run:
            look.show_plan(run_async(planning()))
            return 0
        standards = Standards(known, house.loaded().values.fail_on)
        limits = given.spend.limits()
        options = replace(given.asked.options(house), memory=not given.no_memory)
        record = carry_out(house, planning, standards, limits, quiet=given.quiet, options=options)
        if may_ask(look.format, quiet=given.quiet):
            record = attended(house, record, quiet=given.quiet)
    return finish(record, look)


def _planning(house: Container, given: Given, wish: Wish) -> Planning:
    """How to get the plan: from the file, or from the planner."""
    from ..work import ready, task_text

    if given.plan is not None:
        from ..saved_plan import read_plan, refuse_unsaid

        saved = read_plan(given.plan)
        refuse_unsaid(saved, wish.granted, wish.path if _is_given("path") else None)
        plan = replace(saved, root=wish.path) if _is_given("path") else saved
        return lambda: ready(plan)
    request = wish.request(task_text(given.task or ""), house.loaded().values.history)
    return lambda: house.plan_task().execute(request)


def _is_given(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def _refuse_contradictions(given: Given, wish: Wish) -> None:
    context = click.get_current_context()
    if (given.task is None) == (given.plan is None):
        raise click.UsageError("give a TASK or --plan FILE, one of the two", context)
    if given.plan and (wish.since or wish.pattern or wish.agents or wish.gates):
        raise click.UsageError(
            "--plan says who works how; --since, --pattern, --agents and --gate go with a TASK (or edit the plan)",
            context,
        )
    if not given.dry_run and wish.format == o.YAML:
        raise click.UsageError("yaml is for plans: add --dry-run, or use muster plan", context)
    if given.dry_run and wish.format not in o.PLAN_FORMATS:
        raise click.UsageError(
            f"--dry-run shows a plan: as {', '.join(o.PLAN_FORMATS)}, not as {wish.format}",
            context,
        )
