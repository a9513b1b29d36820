"""What enters memory, and what is left of it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from muster.application.memory.scan import MemoryScan, masked_texts
from muster.application.memory.scanned import ScannedLongTermStore, ScannedShortTermStore
from muster.domain.errors import InvalidKey, StorageError
from muster.domain.memory.entry import Origin
from muster.infrastructure.evidence.secret_masker import RuleMasker
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.security.pii_scrubber import PIIScrubber
from tests.fakes.clock import FakeClock

TOKEN = "ghp_" + "aB3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW2xY4"
MAIL = "marta.klein@mail-fabrik.com"


@pytest.fixture
def scan() -> MemoryScan:
    """With the rules that run in earnest."""
    return MemoryScan(PIIScrubber(), RuleMasker())


async def test_no_text_of_the_data_keeps_what_is_personal_or_secret(scan: MemoryScan) -> None:
    """At any depth, in names too; numbers and everything else stay what they are."""
    inner = InProcessLongTermStore()
    store = ScannedLongTermStore(inner, scan)
    data = {"who": [MAIL, {"deep": f"token {TOKEN} is used"}], MAIL: True, "at": 1764403200, "n": 4155550134}
    assert await store.store("a", data, origin=Origin(author=f"by {MAIL}"), text=f"{MAIL} asked")
    kept = await inner.entry("a")
    assert kept is not None
    assert kept.data == {
        "who": ["[REDACTED-EMAIL]", {"deep": "token **** is used"}],
        "[REDACTED-EMAIL]": True,
        "at": 1764403200,
        "n": 4155550134,
    }
    assert kept.origin.author == "by [REDACTED-EMAIL]"


async def test_the_name_of_a_value_tells_that_it_is_a_secret(scan: MemoryScan) -> None:
    """Which the value alone does not."""
    inner = InProcessLongTermStore()
    await ScannedLongTermStore(inner, scan).store("a", {"password": "hunter2xyz!9", "colour": "hunter2xyz!9"})
    assert await inner.retrieve("a") == {"password": "****", "colour": "hunter2xyz!9"}


async def test_what_is_nested_too_deeply_is_refused_like_everything_that_is_no_json(scan: MemoryScan) -> None:
    """And what was there stays."""
    inner = InProcessLongTermStore()
    store = ScannedLongTermStore(inner, scan)
    await store.store("a", 1)
    deep: object = "x"
    for _ in range(50_000):
        deep = [deep]
    with pytest.raises(TypeError, match="is not JSON"):
        await store.store("a", deep)
    assert await inner.retrieve("a") == 1


async def test_two_names_that_become_one_both_stay(scan: MemoryScan) -> None:
    """Nothing is lost but what is personal."""
    inner = InProcessLongTermStore()
    await ScannedLongTermStore(inner, scan).store("a", {MAIL: 1, f"x{MAIL}": 2})
    assert await inner.retrieve("a") == {"[REDACTED-EMAIL]": 1, "[REDACTED-EMAIL]#2": 2}


@pytest.mark.parametrize("find", [MAIL, TOKEN])
async def test_a_key_with_a_find_is_refused_without_being_told(scan: MemoryScan, find: str) -> None:
    """It would stand in every list; under it there is nothing to delete either."""
    inner = InProcessLongTermStore()
    store, key = ScannedLongTermStore(inner, scan), f"user: {find}"
    with pytest.raises(InvalidKey) as caught:
        await store.store(key, 1)
    assert find not in str(caught.value)
    assert await store.delete(key) is False
    assert await inner.list_keys() == ()


async def test_the_short_term_is_scanned_alike(scan: MemoryScan) -> None:
    """One by one, and many together: of those none is kept when one key is refused."""
    inner = EmbeddedShortTermStore(FakeClock())
    store = ScannedShortTermStore(inner, scan)
    await store.stash("a", f"write to {MAIL}", 60)
    assert await inner.retrieve("a") == "write to [REDACTED-EMAIL]"
    with pytest.raises(InvalidKey):
        await store.stash_many({"b": 1, f"u/{MAIL}": 2}, 60)
    await store.stash_many({"b": MAIL, "c": 2}, 60)
    assert await inner.retrieve_many(["a", "b", "c"]) == {
        "a": "write to [REDACTED-EMAIL]",
        "b": "[REDACTED-EMAIL]",
        "c": 2,
    }


async def test_what_cannot_be_told_is_not_kept() -> None:
    """Only where something was found; what holds nothing waits for nobody."""

    async def full(what: str, subject: str, finds: Mapping[str, int]) -> None:
        raise StorageError("no room", hint="make some")

    inner, short = InProcessLongTermStore(), EmbeddedShortTermStore(FakeClock())
    scan = MemoryScan(PIIScrubber(), RuleMasker(), full)
    for refused in (
        ScannedLongTermStore(inner, scan).store("a", {"to": MAIL}),
        ScannedLongTermStore(inner, scan).store("a", 1, text=f"for {MAIL}"),
        ScannedLongTermStore(inner, scan).store("a", 1, origin=Origin(author=MAIL)),
        ScannedShortTermStore(short, scan).stash_many({"a": 1, "b": TOKEN}, 60),
    ):
        with pytest.raises(StorageError):
            await refused
    assert await inner.list_keys() == ()
    assert await short.keys() == ()
    assert await ScannedLongTermStore(inner, scan).store("plain", {"n": 1})


@pytest.mark.parametrize(
    ("before", "after", "texts"),
    [
        ("a", "a", 0),
        ("a", "*", 1),
        ({"a": ["b", ("c", 1)], "d": 2}, {"a": ["*", ("*", 1)], "d": 2}, 2),
        ({"a": 1}, {"*": 1}, 1),
        ([1, None], [1, None], 0),
    ],
)
def test_masked_texts_are_counted_wherever_they_stand(before: object, after: object, texts: int) -> None:
    """In lists and mappings, names of fields among them."""
    assert masked_texts(before, after) == texts
