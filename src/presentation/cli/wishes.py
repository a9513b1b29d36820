"""What a command line says about the team, and the request that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...domain.orchestration.gates import Gate

if TYPE_CHECKING:
    from ...application.use_cases.plan_task import PlanTaskRequest

RUN_TESTS, WRITE = "run-tests", "write"


def granted(run_tests: bool, write: bool = False) -> frozenset[str]:
    """The permissions that the flags give."""
    return frozenset(name for name, given in ((RUN_TESTS, run_tests), (WRITE, write)) if given)


@dataclass(frozen=True, slots=True)
class Wish:
    """The options that `plan` and `run` share, under their names."""

    path: str
    since: str | None
    pattern: str | None
    agents: tuple[str, ...]
    gates: tuple[Gate, ...]
    run_tests: bool
    write: bool
    no_history: bool
    format: str
    json: bool
    output: str | None

    @property
    def granted(self) -> frozenset[str]:
        """The permissions that the flags give."""
        return granted(self.run_tests, self.write)

    def request(self, task: str, history: bool) -> PlanTaskRequest:
        """Ask for a plan of `task`."""
        from ...application.use_cases.plan_task import PlanTaskRequest

        return PlanTaskRequest(
            task=task,
            root=self.path,
            since=self.since,
            pattern=self.pattern,
            agents=self.agents,
            gates=self.gates,
            granted=self.granted,
            use_history=history,
        )
