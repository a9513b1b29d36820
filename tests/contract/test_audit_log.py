"""What every audit log promises."""

from collections.abc import Callable
from pathlib import Path

import pytest

from muster.domain.ports.audit_log import AuditLog
from muster.domain.security.audit_event import AuditEvent
from muster.domain.security.audit_event import AuditEventType as Type
from muster.infrastructure.security.audit_writer import AuditLimits
from muster.infrastructure.security.in_memory_audit import InMemoryAuditLog
from muster.infrastructure.security.json_lines_audit import JsonLinesAuditLog
from tests.fakes.clock import START, FakeClock

Make = Callable[[], AuditLog]


@pytest.fixture(params=["files", "memory"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Opens the same log anew, as another process would."""
    memory = InMemoryAuditLog(FakeClock())
    limits = AuditLimits(file_bytes=1_000, checkpoint_every=3)

    def made() -> AuditLog:
        files = JsonLinesAuditLog(tmp_path / "audit", tmp_path / "keys", FakeClock(), limits)
        return memory if request.param == "memory" else files

    return made


async def test_events_come_back_as_they_were_kept(make: Make) -> None:
    """In order, numbered from 1, with the time in UTC, whatever their text."""
    events = [
        AuditEvent(type=Type.MEMORY_STORE, actor="ada", subject="notes/ünï\n\udc80", run="run-1"),
        AuditEvent(type=Type.TOOL_USE, subject="ruff", details={"n": 1, "f": 0.5, "ok": True, "none": None}),
    ]
    kept = [await make().record(event) for event in events]
    assert [(one.number, one.at, one.event) for one in kept] == [(1, START, events[0]), (2, START, events[1])]
    assert await make().get_events() == tuple(kept)
    assert START.tzinfo is not None


async def test_events_are_found_by_type_over_all_files(make: Make) -> None:
    """Twenty events are several files; the newest so many come on request."""
    for number in range(20):
        kind = Type.APPROVAL if number % 5 == 0 else Type.MODEL_REQUEST
        await make().record(AuditEvent(type=kind, subject=f"s{number}"))
    log = make()
    assert [one.number for one in await log.get_events(Type.APPROVAL)] == [1, 6, 11, 16]
    assert [one.number for one in await log.get_events(Type.APPROVAL, limit=2)] == [11, 16]
    assert [one.number for one in await log.get_events(limit=3)] == [18, 19, 20]
    assert await log.get_events(limit=0) == ()
    assert await log.get_events(Type.MEMORY_DELETE) == ()


async def test_an_untouched_log_is_intact(make: Make) -> None:
    """An empty one, too."""
    assert (await make().verify()).intact
    for _ in range(10):
        await make().record(AuditEvent(type=Type.APPROVAL))
    verdict = await make().verify()
    assert (verdict.events, verdict.faults, verdict.intact) == (10, (), True)
