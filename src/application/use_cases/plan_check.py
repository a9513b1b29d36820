"""Plan a health check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ...domain.agents.capability import Capability as C
from ...domain.orchestration.gates import Gate
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.requirements import Complexity, Reason, TaskDomain, TaskRequirements
from ...domain.ports.workspace import Workspace
from ..orchestrators.meta import MetaOrchestrator, Wishes, stricter


class CheckMode(StrEnum):
    """How much a health check looks at."""

    DAILY = "daily"
    WEEKLY = "weekly"
    RELEASE = "release"


QUICK = (C.SECURITY_AUDIT, C.TEST_ANALYSIS, C.CODE_REVIEW)
FULL = (
    *QUICK, C.PERFORMANCE_ANALYSIS, C.DOCUMENTATION, C.REFACTORING_ADVICE, C.ARCHITECTURE_ANALYSIS,
    C.DEPENDENCY_AUDIT,
)  # fmt: skip
CAPABILITIES: Mapping[CheckMode, tuple[C, ...]] = {
    CheckMode.DAILY: QUICK,
    CheckMode.WEEKLY: FULL,
    CheckMode.RELEASE: FULL,
}
RELEASE_GATES = (Gate("coverage", 80), Gate("quality", 7), Gate("critical", 0), Gate("documentation", 100))


@dataclass(frozen=True, slots=True)
class PlanCheckRequest:
    """A health check of the folder `root`."""

    root: str = "."
    mode: CheckMode = CheckMode.WEEKLY
    since: str | None = None
    gates: tuple[Gate, ...] = ()
    granted: frozenset[str] = frozenset()


class PlanCheck:
    """Composes the team of a health check.

    - daily: security, tests and code review; weekly: all eight agents; release: all eight, and the release gates
      coverage 80, quality 7, critical 0, documentation 100.
    - The agents need nothing of each other and run side by side.
    """

    def __init__(self, workspace: Workspace, meta: MetaOrchestrator) -> None:
        self._workspace = workspace
        self._meta = meta

    async def execute(self, request: PlanCheckRequest) -> ExecutionPlan:
        """The plan; raises WorkspaceError."""
        snapshot = await self._workspace.scan(request.root, request.since)
        release = RELEASE_GATES if request.mode is CheckMode.RELEASE else ()
        requirements = TaskRequirements(
            task=f"{request.mode.value} health check",
            complexity=Complexity.MODERATE,
            domain=TaskDomain.CODE_QUALITY,
            capabilities=CAPABILITIES[request.mode],
            parallelisable=True,
            gates=stricter(self._meta.gates, release),
            context={"mode": request.mode.value},
            reasons=(Reason(f"{request.mode.value} check", "the mode names its agents and gates"),),
        )
        wishes = Wishes(pattern="parallel", gates=request.gates, since=request.since, granted=request.granted)
        return await self._meta.create_execution_plan(requirements, snapshot, wishes)
