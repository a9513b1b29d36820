"""`muster plan`: who would work on a task, and what it takes."""

from __future__ import annotations

from typing import Any

import click

from .. import options as o
from .. import spending


@click.command(
    "plan",
    cls=o.Command,
    epilog=o.examples(
        'muster plan "review src/auth for security problems"',
        'muster plan "find dead code" --pattern sequential',
        'muster plan "prepare a release" --format yaml -o plan.yaml',
    ),
)
@click.argument("task")
@o.compose(
    o.path,
    o.since,
    o.team,
    spending.model,
    o.gates,
    o.run_tests,
    o.write,
    o.no_history,
    o.formats(o.PLAN_FORMATS),
    o.output,
)
def command(task: str, model: str | None, **given: Any) -> None:
    """Show who would work on TASK, in which pattern, why, and what it is expected to take.

    Nothing is run and nothing is spent. TASK is a sentence, or - to read it from stdin. A plan that was saved
    as YAML or JSON can be edited and run: muster run --plan FILE.
    """
    from .. import session
    from ..output import check_target
    from ..run_async import run_async
    from ..wishes import Wish
    from ..work import Look, task_text

    wish = Wish(**given)
    look = Look(o.chosen(wish.format, wish.json), wish.output)
    check_target(wish.output)
    words = task_text(task)
    flags = {"history": False if wish.no_history else None, "model": model}
    with session.open_session(wish.path, flags) as house:
        history = house.loaded().values.history
        plan = run_async(house.plan_task().execute(wish.request(words, history)))
    look.show_plan(plan)
