"""Keeping audit events: so many a second from a hundred writers and from one, and what telling them costs a run.

Every event is on the disk before its writer goes on. Each figure is the median of three runs; the bar that it should
pass stands beside it. CPU time tells what it costs where others use the same machine.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from muster.app import Muster
from muster.application.security.audit_logger import AuditLogger
from muster.application.security.audit_trail import AuditTrail
from muster.container import close_container, open_container
from muster.domain.ports.audit_log import AuditLog
from muster.domain.security.audit_event import AuditEvent, AuditEventType
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.evidence.secret_masker import RuleMasker
from muster.infrastructure.security.json_lines_audit import JsonLinesAuditLog
from muster.infrastructure.security.pii_scrubber import PIIScrubber

REPEATS = 3
TYPES = tuple(AuditEventType)


def bare(place: Path) -> AuditLog:
    """The log itself."""
    return JsonLinesAuditLog(place / "log", place / "second", SystemClock())


def masked(place: Path) -> AuditLog:
    """As it is used in earnest: every text is masked before it is kept."""
    return AuditLogger(bare(place), RuleMasker(), PIIScrubber())


def event(writer: int, number: int) -> AuditEvent:
    """Varied, as runs make them."""
    return AuditEvent(
        type=TYPES[number % len(TYPES)],
        actor=("ada", "reviewer-2", "security-auditor")[writer % 3],
        subject=f"findings/{writer}/src/module_{number}.py",
        run=f"run-{writer:04}",
        details={"class": "INTERNAL", "tokens": number * 37, "outcome": "ok"},
    )


def measured(made: Callable[[Path], AuditLog], writers: int, each: int) -> tuple[float, float]:
    """Events a second, and microseconds of CPU an event."""

    async def write(log: AuditLog, writer: int) -> None:
        for number in range(each):
            await log.record(event(writer, number))

    async def all_writers(place: Path) -> None:
        log = made(place)
        await asyncio.gather(*[write(log, writer) for writer in range(writers)])

    rates, costs = [], []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as place:
            began, used = time.perf_counter(), time.process_time()
            asyncio.run(all_writers(Path(place)))
            rates.append(writers * each / (time.perf_counter() - began))
            costs.append((time.process_time() - used) / (writers * each) * 1e6)
    return statistics.median(rates), statistics.median(costs)


def bench_audit() -> None:
    """Prints a line for each; nothing is asserted about speed."""
    print()
    for name, made, writers, each, bar in (
        ("100 writers", bare, 100, 60, "bar 5,000"),
        ("100 writers, masked first", masked, 100, 60, "bar 5,000"),
        ("one writer", bare, 1, 100, "no bar"),
    ):
        rate, cost = measured(made, writers, each)
        print(f"audit: {name:26} {rate:8,.0f} events/s ({bar})   {cost:5.0f} us of CPU each")


class SilentTrail(AuditTrail):
    """Tells nothing."""

    def note(self, what: AuditEventType, subject: str, /, **_: object) -> None:
        """Nothing."""

    async def record(self, what: AuditEventType, subject: str, /, **_: object) -> None:
        """Nothing."""


def run_cost(folder: Path, *, told: bool, runs: int) -> float:
    """Seconds of CPU, all threads together, that a run of two agents on the offline model takes."""
    project = folder / "project"
    project.mkdir(parents=True)
    (project / "app.py").write_text("def total(rows: list[int]) -> int:\n    return sum(rows)\n" * 200)
    silent = {"trail": SilentTrail(lambda: bare(folder), "ada")}
    settings = {"data_dir": str(folder / "data"), "model": "offline"}
    container = open_container(str(project), settings, {}, {} if told else silent)
    app = Muster(container, str(project))

    async def work() -> float:
        plan = await app.plan_task("review total", agents=["code-reviewer", "security-auditor"])
        await app.run_task(plan)  # evidence is in its cache from here on
        began = time.process_time()
        for _ in range(runs):
            await app.run_task(plan)
        return (time.process_time() - began) / runs

    try:
        return asyncio.run(work())
    finally:
        close_container(container)


def bench_audit_of_runs() -> None:
    """Prints how much more CPU a run takes when it is told; the least of the rounds, for others' load only adds."""
    costs: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(REPEATS):
        for told in (False, True):
            with tempfile.TemporaryDirectory() as place:
                costs[told].append(run_cost(Path(place), told=told, runs=10))
    without, with_ = min(costs[False]), min(costs[True])
    print(
        f"\naudit: a run of two offline agents {without * 1e3:.1f} ms of CPU, told to the log {with_ * 1e3:.1f} ms: "
        f"{(with_ / without - 1) * 100:+.1f} % (bar +5 %)"
    )
