"""A cache that may be lost at any time, and never stands in the way."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from muster.infrastructure.evidence import cache as module
from muster.infrastructure.evidence.cache import EvidenceCache


def test_what_was_put_is_there_after_closing_and_unknown_keys_are_absent(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "cache.db"
    first = EvidenceCache(path)
    first.put_many("tool@1", {"a": b"one", "b": b""})
    first.close()
    second = EvidenceCache(path)
    assert second.get_many("tool@1", ["a", "b", "c"]) == {"a": b"one", "b": b""}
    assert second.get_many("tool@2", ["a"]) == {}


def test_more_keys_than_one_query_takes_are_all_found() -> None:
    cache = EvidenceCache(None)
    cache.put_many("t", {str(number): b"x" for number in range(1_250)})
    assert len(cache.get_many("t", (str(number) for number in range(1_300)))) == 1_250


def test_a_corrupt_file_is_a_miss_and_no_error(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(b"this is no database" * 400)
    cache = EvidenceCache(path)
    cache.put_many("t", {"a": b"one"})
    assert cache.get_many("t", ["a"]) == {}


def test_a_damaged_value_is_a_miss_and_no_error(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    cache = EvidenceCache(path)
    cache.put_many("t", {"a": b"one"})
    with apsw.Connection(str(path)) as connection:
        connection.execute("UPDATE facts SET value = x'00'")
    assert cache.get_many("t", ["a"]) == {}


def test_a_place_that_cannot_be_written_is_a_miss_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = EvidenceCache(tmp_path / "file" / "cache.db")
    cache.put_many("t", {"a": b"one"})
    assert cache.get_many("t", ["a"]) == {}


def test_the_oldest_go_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROWS", 10)
    cache = EvidenceCache(None)
    for number in range(11):
        cache.put_many("t", {f"{number:02}": b"x"})
    assert len(cache.get_many("t", [f"{number:02}" for number in range(11)])) == 9
