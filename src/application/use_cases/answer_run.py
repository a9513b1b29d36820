"""Answer what a run asks."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ...domain.errors import UnknownName, UserError
from ...domain.journal.record import Signal
from ...domain.orchestration.approvals import Wait, WaitKind
from ...domain.orchestration.run import RunRecord, RunStatus
from ...domain.ports.clock import Clock
from ...domain.ports.run_journal import RunJournal
from ..flow.asking import ASK
from ..services.pending import pending
from .finding_runs import LAST, the_run

ASKED = frozenset({WaitKind.APPROVAL, WaitKind.DOUBT})


@dataclass(frozen=True, slots=True)
class AnswerRunRequest:
    """A yes or a no to everything that the run asks, or to the one `step`; `reason` is told to whoever asked.

    To a step in doubt, yes means that it is made again, and no that it is skipped.
    """

    run_id: str = LAST
    step: str = ""
    approved: bool = True
    reason: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The run, and what was answered; `driven` tells that its own process goes on with the answer by itself."""

    run: RunRecord
    waits: tuple[Wait, ...]
    driven: bool


class AnswerRun:
    """Approves or denies what runs wait for.

    - The answer is in the journal before anybody acts on it, with who gave it; the first answer counts.
    - A run that is at work takes it up within a second; one that was put aside goes on when it is resumed.
    """

    def __init__(self, journal: RunJournal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def execute(self, request: AnswerRunRequest) -> Answered:
        """What was answered; raises UserError when nothing is asked, UnknownName for a step that asks nothing."""
        run = await the_run(self._journal, request.run_id)
        asked = {wait.name: wait for wait in await pending(self._journal, run) if wait.kind in ASKED}
        for signal in await self._journal.signals(run.id):
            asked.pop(signal.name, None)
        if not asked:
            raise UserError(
                f"run {run.id!r} asks nothing: it is {run.status.value}",
                code="nothing-asked",
                hint=f"muster show {run.id}",
            )
        chosen = _chosen(request.step, asked)
        for wait in chosen:
            await self._journal.signal(run.id, self._signal(request, wait))
        return Answered(run, chosen, run.status is RunStatus.RUNNING)

    def _signal(self, request: AnswerRunRequest, wait: Wait) -> Signal:
        if wait.kind is WaitKind.DOUBT:
            content: dict[str, object] = {"do": "retry" if request.approved else "skip"}
        else:
            content = {"approved": request.approved}
        content["reason"] = request.reason
        return Signal(wait.name, json.dumps(content), self._clock.now(), request.who)


def _chosen(step: str, asked: dict[str, Wait]) -> tuple[Wait, ...]:
    if not step:
        return tuple(asked.values())
    names = {name.removeprefix(ASK).removeprefix("doubt:"): wait for name, wait in asked.items()}
    if step not in names:
        raise UnknownName.of("step that asks", step, names)
    return (names[step],)
