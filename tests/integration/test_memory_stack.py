"""No way to a store goes around its wrappers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from muster.application.use_cases.export_memory import ExportMemoryRequest
from muster.application.use_cases.import_memory import ImportMemoryRequest
from muster.application.use_cases.recall_patterns import RecallPatternsRequest
from muster.application.use_cases.remember_pattern import RememberPatternRequest
from muster.application.use_cases.show_memory import ShowMemoryRequest
from muster.container import Container, close_container, open_container
from muster.domain.errors import AccessDenied, InvalidKey, KeyUnavailable
from muster.domain.memory.entry import Origin
from muster.domain.security.audit_event import AuditEventType

SRC = Path(__file__).parents[2] / "src"
MAIL = "marta.klein@mail-fabrik.com"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Container:
    """As it is put together in earnest, with a data folder of its own."""
    monkeypatch.setenv("MUSTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MUSTER_USER", "ann")
    monkeypatch.delenv("MUSTER_MEMORY_KEY", raising=False)
    return open_container(str(tmp_path))


SEALED_ONLY = {"show_keys", "rotate_keys"}
"""They count and wrap anew what is sealed, and must see it sealed; nothing that they are handed is opened or shown."""


@pytest.mark.parametrize(
    ("raw", "wrapped"),
    [("raw_store", "store"), ("raw_short_store", "short_store"), ("board", "coordination")],
)
def test_one_provider_alone_is_handed_a_bare_store(raw: str, wrapped: str) -> None:
    """The one that wraps it, beside those that handle ciphertext as such."""
    bare = Container.providers[raw]
    handed = {name for name, provider in Container.providers.items() if bare in getattr(provider, "args", ())}
    assert handed - SEALED_ONLY == {wrapped}


def test_stores_are_built_in_one_place() -> None:
    """By name, in the whole source."""
    builds = re.compile(
        r"\b(Sqlite|JsonFiles|InProcess)LongTermStore\(|\b(Embedded|Redis)(ShortTermStore|Board)\("
    )
    inherits = re.compile(r"^class .*$", re.MULTILINE)
    places = {
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        if builds.search(inherits.sub("", path.read_text(encoding="utf-8")))
    }
    assert places == {"container/memory.py", "container/coordination.py"}


async def test_the_log_tells_what_was_taken_out_by_kind_and_number_and_never_what_it_was(
    house: Container, tmp_path: Path
) -> None:
    """Before the rest is kept, in both tiers and in what is shared; a key with a find is refused, and not repeated."""
    token = "ghp_" + "aB3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW2xY4"
    two = {"who": [MAIL, f"not {MAIL}"], "token": token}
    await house.store().store("notes", two, text=f"{MAIL} asked")
    await house.short_store().stash_many({"a": MAIL, "b": "nothing"}, 60)
    await house.coordination().queues.push("work", {"for": MAIL})
    await house.store().store("plain", {"n": 4155550134, "text": "nothing here"})
    with pytest.raises(InvalidKey):
        await house.store().store(f"of {MAIL}", 1)
    lines = (tmp_path / "data" / "audit" / "audit-000001.jsonl").read_text(encoding="ascii").splitlines()
    events = [json.loads(line) for line in lines]
    told = [
        (one["subject"], one["details"]["finds"]) for one in events if one["type"] == "security-violation"
    ]
    kept = [one["subject"] for one in events if one["type"] == "memory-store"]
    assert told == [
        ("notes", "EMAIL 2, SECRET 1"), ("a", "EMAIL 1"), ("work", "EMAIL 1"), ("a key of memory", "EMAIL 1"),
    ]  # fmt: skip
    assert kept == ["notes", "plain"]
    assert not [secret for secret in (MAIL, token) if secret in "".join(lines)]


async def test_what_enters_through_the_use_cases_is_scanned_guarded_and_audited(
    house: Container, tmp_path: Path
) -> None:
    """And what is sensitive is refused without a key, encrypted with one."""
    remember = house.remember_pattern()
    kept = await remember.execute(RememberPatternRequest(f"ask {MAIL} about invoices"))
    assert kept.content == "ask [REDACTED-EMAIL] about invoices"
    with pytest.raises(KeyUnavailable):
        await remember.execute(RememberPatternRequest("marmalade", classification="SENSITIVE"))
    house.key_ring().init()
    secret = await remember.execute(RememberPatternRequest("marmalade", classification="SENSITIVE"))
    await house.raw_store().store("diary", 1, origin=Origin(owner="ben"))
    with pytest.raises(AccessDenied):
        await house.show_memory().execute(ShowMemoryRequest("diary"))
    told = [(one.event.type, one.event.subject) for one in await house.audit().get_events()]
    stored, read = AuditEventType.MEMORY_STORE, AuditEventType.MEMORY_RETRIEVE
    assert told[:2] == [
        (AuditEventType.SECURITY_VIOLATION, f"pattern/{kept.id}"),
        (stored, f"pattern/{kept.id}"),
    ]
    assert told[-3:] == [
        (stored, f"pattern/{secret.id}"),
        (read, f"pattern/{secret.id}"),
        (AuditEventType.PERMISSION_DENIED, "diary"),
    ]
    close_container(house)
    written = _all_of(tmp_path / "data")
    assert b"marta.klein" not in written
    assert b"marmalade" not in written
    assert b"about invoices" in written


async def test_nothing_is_shared_with_others_unscanned(house: Container, tmp_path: Path) -> None:
    """Tasks, signals, states and messages; names are refused."""
    shared, said = house.coordination(), f"ask {MAIL}"
    listening = await shared.events.subscribe("c")
    await shared.queues.push("q", said)
    await shared.signals.set("s", [said])
    await shared.sessions.open("x", "ann")
    await shared.sessions.put("x", "note", {"said": said})
    await shared.events.publish("c", said)
    lease, signal = await shared.queues.take("q"), await shared.signals.wait("s", 0)
    assert lease is not None
    assert signal is not None
    heard = (await anext(listening)).value
    clean = "ask [REDACTED-EMAIL]"
    assert [lease.value, signal.value, heard] == [clean, [clean], clean]
    assert await shared.sessions.state("x") == {"note": {"said": clean}}
    for attempt in (
        shared.queues.push(MAIL, 1), shared.signals.set(MAIL), shared.sessions.open(MAIL, "ann"),
        shared.sessions.open("x", MAIL), shared.sessions.put("x", MAIL, 1), shared.events.publish(MAIL, 1),
    ):  # fmt: skip
        with pytest.raises(InvalidKey):
            await attempt
    close_container(house)
    assert b"marta.klein" not in _all_of(tmp_path / "data")


async def test_what_others_own_is_not_even_opened(house: Container) -> None:
    """Somebody's sealed entry among mine is neither listed, found nor read for me, whole or damaged."""
    house.key_ring().init()
    mine = await house.remember_pattern().execute(
        RememberPatternRequest("my marmalade", classification="SENSITIVE")
    )
    damaged = {"muster-sealed": 1}
    await house.raw_store().store("pattern/x", damaged, "SENSITIVE", origin=Origin(owner="ben"))
    assert await house.store().list_keys(prefix="pattern/") == (f"pattern/{mine.id}",)
    found = await house.recall_patterns().execute(RecallPatternsRequest("marmalade"))
    assert [one.id for one in found] == [mine.id]
    told = {one.event.subject for one in await house.audit().get_events()}
    assert "pattern/x" not in told
    close_container(house)


async def test_an_export_is_taken_in_elsewhere_and_nothing_is_twice(house: Container, tmp_path: Path) -> None:
    """What is sensitive stays here unless it is asked for."""
    house.key_ring().init()
    remember = house.remember_pattern()
    open_one = await remember.execute(RememberPatternRequest("bridges are old", metadata={"a": 1}))
    await remember.execute(RememberPatternRequest("marmalade", classification="SENSITIVE"))
    told = await house.export_memory().execute(ExportMemoryRequest("pattern/"))
    assert (told.entries, told.left_out) == (1, 1)
    again = await house.import_memory().execute(ImportMemoryRequest(told.lines))
    assert (again.stored, again.kept) == ((), (f"pattern/{open_one.id}",))
    await house.store().delete(f"pattern/{open_one.id}")
    new = await house.import_memory().execute(ImportMemoryRequest(told.lines))
    assert new.stored == (f"pattern/{open_one.id}",)
    found = await house.recall_patterns().execute(RecallPatternsRequest("bridges"))
    assert [(one.content, one.metadata) for one in found] == [("bridges are old", {"a": 1})]
    close_container(house)


def _all_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
