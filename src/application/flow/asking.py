"""Asking a person before something is done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from ...domain.journal.record import Signal
from ...domain.orchestration.approvals import Approvals, WaitKind
from ...domain.tools.spec import ToolSpec
from .flow import Flow

ASK = "approve:"
"""What the names of signals begin with that answer a question."""
ALL_THAT_ACT = "*"
SPENDING = "spending"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said; `reason` is in their words."""

    yes: bool
    reason: str = ""
    who: str = ""


def read_answer(signal: Signal) -> Answer:
    """The answer in a signal; whatever cannot be read is a no."""
    try:
        said = json.loads(signal.payload)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return Answer(yes=False, reason="the answer could not be read", who=signal.sender)
    return Answer(said.get("approved") is True, str(said.get("reason") or ""), signal.sender)


class Asking:
    """Holds a run's flow against what a person wants to be asked about."""

    def __init__(self, approvals: Approvals, flow: Flow) -> None:
        self._approvals = approvals
        self._flow = flow

    async def tool(self, spec: ToolSpec | None, key: str, arguments: str, reason: str = "") -> Answer:
        """Whether the tool may be called now; at once where nobody wants to be asked, and no `reason` is given."""
        if spec is None or not (reason or self._wanted(spec)):
            return Answer(yes=True)
        because = f", but {reason}" if reason else ""
        words = f"{self._flow.name(key)} wants to call {spec.name} with {arguments[:500]}{because}"
        return await self._ask(self._flow.name(key), words)

    async def agent(self, agent: str, assignment: str) -> Answer:
        """Whether the agent may begin its step."""
        if agent not in self._approvals.agents:
            return Answer(yes=True)
        name = self._flow.name("").rstrip("/")
        return await self._ask(name, f"{agent} wants to begin: {assignment[:500]}")

    async def spending(self, worst: Decimal | None) -> Answer:
        """Whether a call that may cost `worst` dollars may be made; asked once a run, when the amount is reached."""
        limit, book = self._approvals.above_usd, self._flow.book
        spent = book.spent + book.reserved
        if limit is None or (worst is not None and spent + worst <= limit):
            return Answer(yes=True)
        cost = "an unknown amount" if worst is None else f"up to ${worst.normalize():f}"
        words = f"${spent.normalize():f} are spent or set aside, and the next call costs {cost}: more than ${limit}"
        return await self._ask(SPENDING, words)

    @property
    def counts(self) -> bool:
        """Whether spending is watched at all."""
        return self._approvals.above_usd is not None

    def _wanted(self, spec: ToolSpec) -> bool:
        return spec.name in self._approvals.tools or (spec.acts and ALL_THAT_ACT in self._approvals.tools)

    async def _ask(self, name: str, words: str) -> Answer:
        return read_answer(await self._flow.signal(f"{ASK}{name}", words, WaitKind.APPROVAL))
