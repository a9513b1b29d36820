"""`muster runs steps`: where a run can be forked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .. import options as o

if TYPE_CHECKING:
    from ....application.use_cases.list_steps import RunStep


@click.command(
    "steps", cls=o.Command, epilog=o.examples("muster runs steps", "muster runs steps run-01ab --json")
)
@click.argument("run", default="last", metavar="[RUN]")
@o.compose(o.json_flag, o.output)
def command(run: str, json: bool, output: str | None) -> None:
    """List the steps of RUN in the order in which they were done: muster fork RUN --from STEP takes their keys.

    What an agent cost is the sum of its calls. What was taken over from another run has cost nothing here.
    """
    from ....application.use_cases.list_steps import ListStepsRequest
    from .. import session
    from ..output import check_target, emit
    from ..plain import as_json
    from ..run_async import run_async

    check_target(output)
    with session.open_session() as house:
        steps = run_async(house.list_steps().execute(ListStepsRequest(run)))
    emit(as_json(steps=steps) if json else _as_text(steps), output)


def _as_text(steps: Sequence[RunStep]) -> str:
    from ...reports.wording import money
    from ..plain import columns
    from ..terminal import stdout_width

    rows = [("when", "kind", "tokens", "cost", "step")]
    rows += [
        (
            f"{step.at.astimezone():%Y-%m-%d %H:%M:%S}",
            step.kind,
            f"{step.tokens:,}" if step.tokens else "–",
            "taken over" if step.inherited else money(step.cost) if step.cost != 0 else "–",
            step.key,
        )
        for step in steps
    ]
    room = max(len(step.key) for step in steps) + 60
    return columns(rows, max(stdout_width(), room))  # a key that is cut is of no use
