"""What is told to the audit log holds no secret."""

from __future__ import annotations

import pytest

from muster.application.security.audit_logger import AuditLogger
from muster.application.use_cases.list_audit import ListAudit, ListAuditRequest
from muster.application.use_cases.verify_audit import VerifyAudit, VerifyAuditRequest
from muster.domain.errors import UnknownName, UserError
from muster.domain.security.audit_event import AuditEventType as Type
from muster.domain.security.audit_event import Detail
from muster.infrastructure.evidence.secret_masker import RuleMasker
from muster.infrastructure.security.in_memory_audit import InMemoryAuditLog
from muster.infrastructure.security.pii_scrubber import PIIScrubber
from tests.fakes.clock import FakeClock

SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


@pytest.fixture
def inner() -> InMemoryAuditLog:
    """What is kept."""
    return InMemoryAuditLog(FakeClock())


@pytest.fixture
def log(inner: InMemoryAuditLog) -> AuditLogger:
    """The face of it."""
    return AuditLogger(inner, RuleMasker(), PIIScrubber())


async def test_each_word_of_the_face_is_an_event_of_its_type(log: AuditLogger) -> None:
    """Ten types, each reachable."""
    await log.log_model_request("coder", "a-model", run="r", tokens=12)
    for what in (Type.MEMORY_STORE, Type.MEMORY_RETRIEVE, Type.MEMORY_DELETE, Type.MEMORY_PROMOTE):
        await log.log_memory(what, "ada", "notes/one", classification="SENSITIVE")
    await log.log_violation("ada", "../x")
    await log.log_denied("eve", "notes/one")
    await log.log_approval("ada", "write", granted=True)
    await log.log_configuration("ada", "privacy", value="block")
    await log.log_tool("coder", "write_file", run="r", path="a.py")
    records = await log.get_events()
    assert {record.event.type for record in records} == set(Type)
    assert records[0].event.details == {"tokens": 12}
    assert (await log.get_events(Type.APPROVAL))[0].event.details == {"granted": True}


@pytest.mark.parametrize("where", ["actor", "subject", "run", "value", "name"])
async def test_no_secret_and_no_personal_datum_is_kept(
    log: AuditLogger, inner: InMemoryAuditLog, where: str
) -> None:
    """Wherever it stands in the event."""
    text = f"token={SECRET} of ada@example.org"
    both: dict[str, dict[str, Detail]] = {"value": {"why": text}, "name": {text: 1}}
    details = both.get(where, {})
    words = {name: text if name == where else "x" for name in ("actor", "subject", "run")}
    await log.log_tool(words["actor"], words["subject"], run=words["run"], **details)
    (kept,) = await inner.get_events()
    assert SECRET not in repr(kept)
    assert "ada@example.org" not in repr(kept)
    assert "[REDACTED-EMAIL]" in repr(kept)


async def test_events_are_listed_by_the_name_of_their_type(log: AuditLogger) -> None:
    """An unknown type is told with the nearest; so is a number that is none."""
    for number in range(3):
        await log.log_denied("eve", f"n{number}")
    await log.log_violation("eve", "x")
    cases = ListAudit(log)
    found = await cases.execute(ListAuditRequest("permission-denied", 2))
    assert [one.event.subject for one in found] == ["n1", "n2"]
    assert len(await cases.execute(ListAuditRequest(limit=None))) == 4
    with pytest.raises(UnknownName, match="permission-denied"):
        await cases.execute(ListAuditRequest("permission-denid"))
    with pytest.raises(UserError):
        await cases.execute(ListAuditRequest(limit=-1))
    assert (await VerifyAudit(log).execute(VerifyAuditRequest())).intact
