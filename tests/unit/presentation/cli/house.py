"""A house of fakes behind the command line: use cases that answer at once and keep what they were asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from muster.application.use_cases.run_task import RunTaskRequest
from muster.domain.errors import MusterError
from muster.domain.events.events import (
    AgentFinished,
    AgentStarted,
    Event,
    RunStarted,
    ToolFinished,
    ToolStarted,
)
from muster.domain.evidence.severity import Category, Severity
from muster.domain.orchestration.health import CategoryHealth, health_of
from muster.domain.orchestration.plan import ExecutionPlan
from muster.domain.orchestration.run import (
    AgentResult,
    AgentStatus,
    RunRecord,
    RunReport,
    RunStatus,
    RunSummary,
    Verdict,
)
from muster.domain.workspace.files import RepositoryFacts
from tests.fakes.builders import finding, plan
from tests.fakes.listed_bus import ListedBus

RUN_ID = "run-01test"
BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FOUND = (
    finding("S608", "shop/db.py", 12, severity=Severity.HIGH, fingerprint="aaaa000011112222", quote="x = q"),
    finding("B006", "shop/cart.py", 3, severity=Severity.MEDIUM, fingerprint="bbbb000011112222"),
)
RUNS = (
    RunSummary("run-02", "find\ndead code", "/shop", RunStatus.COMPLETED, BEGAN, Verdict.PARTIAL, 73.1, 16),
    RunSummary("run-01", "review it", "/shop", RunStatus.CANCELLED, BEGAN, Verdict.PARTIAL),
)


def record(
    verdict: Verdict | None = Verdict.PASSED, *, of: ExecutionPlan | None = None, error: str = ""
) -> RunRecord:
    """A finished run with two findings; one without a verdict has failed before its report."""
    agents = (AgentResult("security-auditor", AgentStatus.COMPLETED, "Two findings.", FOUND, duration=0.8),)
    report = None
    if verdict is not None:
        categories = (CategoryHealth(Category.SECURITY, 70.0, "1 high"),)
        facts = RepositoryFacts(2, {"python": 40}, 0, is_git=False)
        report = RunReport(
            verdict, FOUND, (), health_of(categories), {}, {}, (), facts, "Two findings.", model_used=False
        )
    status = RunStatus.FAILED if verdict is None else RunStatus.COMPLETED
    ended = BEGAN + timedelta(seconds=2)
    return RunRecord(RUN_ID, of or plan("security-auditor"), status, BEGAN, ended, agents, report, error)


@dataclass
class UseCase:
    """Answers with `answer`, raises it when it is an error, and keeps the requests."""

    answer: Any
    asked: list[Any] = field(default_factory=list)

    async def execute(self, request: Any) -> Any:
        """The answer, after a turn of the loop."""
        self.asked.append(request)
        await asyncio.sleep(0)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class Runs(UseCase):
    """Publishes the events of a run with one agent before it answers; `pause` is awaited half-way."""

    def __init__(
        self, bus: ListedBus, answer: Any, pause: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        super().__init__(answer)
        self._bus = bus
        self._pause = pause

    async def execute(self, request: RunTaskRequest) -> Any:
        """Tell of the run, then answer."""
        for event in self._beginning(request.plan):
            self._bus.publish(event)
        if self._pause is not None:
            await self._pause()
        self._bus.publish(ToolFinished(RUN_ID, "security-auditor", "secrets", 0.2, "timed out\nafter 1 s"))
        self._bus.publish(AgentFinished(RUN_ID, "security-auditor", AgentStatus.COMPLETED, 2, 0.84))
        return await super().execute(request)

    @staticmethod
    def _beginning(plan: ExecutionPlan) -> Iterator[Event]:
        yield RunStarted(RUN_ID, plan)
        yield AgentStarted(RUN_ID, "security-auditor")
        yield ToolStarted(RUN_ID, "security-auditor", "secrets")


class House:
    """What `open_session` hands out, with the settings of flags and defaults."""

    def __init__(self, pause: Callable[[], Awaitable[object]] | None = None) -> None:
        self.bus = ListedBus()
        self.planner = UseCase(plan("security-auditor"))
        self.checker = UseCase(plan("security-auditor", task="weekly health check"))
        self.runner = Runs(self.bus, record(), pause)
        self.others: dict[str, UseCase] = {}
        self.teller = UseCase(None)
        self.opened: list[tuple[str, dict[str, object]]] = []
        self.closed = 0

    @contextmanager
    def open_session(self, root: str = ".", overrides: Mapping[str, object] | None = None) -> Iterator[House]:
        """Take the place of `session.open_session`."""
        self.opened.append((root, dict(overrides or {})))
        try:
            yield self
        finally:
            self.closed += 1

    def loaded(self) -> Any:
        """Settings: what flags say, or the defaults."""
        flags = self.opened[-1][1]
        fail_on = flags.get("fail_on")
        values = SimpleNamespace(
            history=flags.get("history") is not False, fail_on=Severity(str(fail_on)) if fail_on else None
        )
        return SimpleNamespace(values=values)

    def principal(self) -> Any:
        """Whoever types."""
        return SimpleNamespace(user="ada")

    def tell_change(self) -> UseCase:
        """What is told of changes."""
        return self.teller

    def event_bus(self) -> ListedBus:
        """The bus that runs publish on."""
        return self.bus

    def plan_task(self) -> UseCase:
        """The planner."""
        return self.planner

    def plan_check(self) -> UseCase:
        """The planner of health checks."""
        return self.checker

    def run_task(self) -> UseCase:
        """The runner."""
        return self.runner

    def __getattr__(self, name: str) -> Callable[[], UseCase]:
        case = self.others[name]
        return lambda: case

    def answers(self, name: str, answer: object | MusterError) -> UseCase:
        """Let the use case `name` answer, or raise, this."""
        self.others[name] = UseCase(answer)
        return self.others[name]
