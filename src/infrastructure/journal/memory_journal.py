"""Runs remembered as long as their process lasts."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace

from ...domain.orchestration.run import AgentResult, RunRecord, RunStatus, RunSummary
from ...domain.ports.run_journal import RunJournal
from ..common.prefix import the_one
from .selection import in_plan_order, summary_of, taken, unknown


class MemoryRunJournal(RunJournal):
    """Keeps runs in this process, so none of them is ever found interrupted; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, RunRecord] = {}

    async def create(self, run: RunRecord) -> None:
        """Open a run."""
        with self._lock:
            if run.id in self._runs:
                raise taken(run.id)
            self._runs[run.id] = _with(run, run.agents)

    async def record(self, run_id: str, result: AgentResult) -> None:
        """Keep what one agent has done; a second result of the same agent replaces the first."""
        with self._lock:
            if run_id not in self._runs:
                raise unknown(run_id)
            self._runs[run_id] = _with(self._runs[run_id], (result,))

    async def finish(self, run: RunRecord) -> None:
        """Keep the run's end; agents recorded before stay, those of `run` are the newer word."""
        with self._lock:
            if run.id not in self._runs:
                raise unknown(run.id)
            began = self._runs[run.id]
            ended = replace(
                began, status=run.status, finished_at=run.finished_at, report=run.report, error=run.error
            )
            self._runs[run.id] = _with(ended, run.agents)

    async def load(self, run_id: str) -> RunRecord | None:
        """The run whose id is or begins with `run_id`."""
        with self._lock:
            candidates = sorted(known for known in self._runs if run_id and known.startswith(run_id))
            found = the_one("run", run_id, candidates)
            return self._runs[found] if found else None

    async def list(self, limit: int = 20, status: RunStatus | None = None) -> tuple[RunSummary, ...]:
        """The newest runs first."""
        with self._lock:
            runs = [run for run in self._runs.values() if status in {None, run.status}]
        runs.sort(key=lambda run: (run.started_at, run.id), reverse=True)
        return tuple(summary_of(run) for run in runs[: max(limit, 0)])


def _with(run: RunRecord, results: Iterable[AgentResult]) -> RunRecord:
    merged = {result.agent: result for result in (*run.agents, *results)}
    return replace(run, agents=in_plan_order(run.plan, merged.values()))
