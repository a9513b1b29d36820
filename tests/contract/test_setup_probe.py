"""What every set-up probe promises."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from muster.domain.orchestration.setup import SetupState
from muster.infrastructure.config.setup_probe import DATABASES, LIBRARIES, PROGRAMS, LocalSetupProbe
from muster.infrastructure.llm.offline import OFFLINE
from tests.fakes.unprivileged import as_nobody, open_folder


def probe(data_dir: Path) -> LocalSetupProbe:
    """A probe of this installation."""
    values: dict[str, object] = {"data_dir": data_dir, "gates": {"high": 0.0}, "fail_on": None}
    return LocalSetupProbe(data_dir, [OFFLINE], values, {"data_dir": "environment MUSTER_DATA_DIR"})


async def test_everything_that_is_needed_is_looked_at_once(tmp_path: Path) -> None:
    """Python, each program, each library, the data folder, the model; what is fine needs no hint."""
    checks = await probe(tmp_path / "data").checks()
    names = [check.name for check in checks]
    assert names == ["python", *PROGRAMS, *LIBRARIES, "data folder", *DATABASES, "model", "providers"]
    assert all(not check.hint for check in checks if check.state is SetupState.OK)
    assert all(check.hint for check in checks if check.state is not SetupState.OK)


async def test_looking_changes_nothing(tmp_path: Path) -> None:
    """The data folder is not made by asking whether it could be."""
    await probe(tmp_path / "data").checks()
    assert os.listdir(tmp_path) == []  # noqa: PTH208 – a short look at a folder of the test


async def test_a_data_folder_that_cannot_be_written_is_a_problem_with_a_way_out() -> None:
    """Found by trying, as somebody whom permissions stop."""
    with open_folder() as folder:
        folder.chmod(0o555)
        with as_nobody():
            checks = {check.name: check for check in await probe(folder / "data").checks()}
    check = checks["data folder"]
    assert check.state is SetupState.PROBLEM
    assert "Permission denied" in check.detail
    assert "MUSTER_DATA_DIR" in check.hint


async def test_a_journal_that_is_no_database_is_a_problem(tmp_path: Path) -> None:
    """Found without opening it; a journal that is not there yet is fine."""
    (tmp_path / "runs.db").write_text("hello")
    checks = {check.name: check for check in await probe(tmp_path).checks()}
    assert checks["runs.db"].state is SetupState.PROBLEM
    assert "is no database" in checks["runs.db"].detail
    assert checks["memory.db"].state is SetupState.OK


async def test_a_damaged_journal_is_a_problem_though_it_begins_well(tmp_path: Path) -> None:
    """Found by reading it; the same file was fine before."""
    path = tmp_path / "runs.db"
    with apsw.Connection(str(path)) as database:
        database.execute("CREATE TABLE t (a); CREATE INDEX i ON t (a)")
        database.executemany("INSERT INTO t VALUES (?)", [("x" * 500 + str(n),) for n in range(200)])
    database.close()
    whole = {check.name: check for check in await probe(tmp_path).checks()}["runs.db"]
    content = bytearray(path.read_bytes())
    content[8192:24576] = b"\xff" * 16384
    path.write_bytes(content)

    damaged = {check.name: check for check in await probe(tmp_path).checks()}["runs.db"]

    assert (whole.state, damaged.state) == (SetupState.OK, SetupState.PROBLEM)
    assert "is damaged" in damaged.detail
    assert "keep a copy" in damaged.hint


async def test_a_program_that_is_not_there_is_missing_and_says_what_that_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an empty PATH there is no git; the hint says what cannot work then."""
    monkeypatch.setenv("PATH", str(tmp_path))
    checks = {check.name: check for check in await probe(tmp_path).checks()}
    assert checks["git"].state is SetupState.MISSING
    assert "--since cannot work" in checks["git"].hint


def test_each_setting_is_told_with_its_origin(tmp_path: Path) -> None:
    """Sorted by name; nothing set is "none", and what nobody set comes from the default."""
    told = [(one.key, one.value, one.origin) for one in probe(tmp_path).settings()]
    assert told == [
        ("data_dir", str(tmp_path), "environment MUSTER_DATA_DIR"),
        ("fail_on", "none", "default"),
        ("gates", "high=0.0", "default"),
    ]


async def test_a_model_without_its_key_is_a_problem_and_named_once(tmp_path: Path) -> None:
    """Though it does the work of three tiers; who has a key is said, and no key is shown."""
    paid = replace(OFFLINE, id="big", provider="anthropic", judges=True)
    keys = {"anthropic": "ANTHROPIC_API_KEY is not set"}
    looked = LocalSetupProbe(
        tmp_path, [paid, paid, paid], {}, {}, lambda name: keys.get(name, ""), ["anthropic", "openai"]
    )
    checks = [check for check in await looked.checks() if check.name in {"model", "providers"}]
    assert [(check.state, check.detail) for check in checks] == [
        (SetupState.PROBLEM, "anthropic/big: ANTHROPIC_API_KEY is not set"),
        (SetupState.OK, "with a key: openai (muster run --model NAME)"),
    ]


def test_settings_are_shown_in_words_and_no_password_among_them(tmp_path: Path) -> None:
    """An address may hold one; limits that are not set say nothing."""
    values: dict[str, object] = {
        "budget": {"usd": 0.5, "calls": None, "allow_unpriced": False},
        "exclude": ("a/", "b/"),
        "redis_url": "redis://user:hunter2@127.0.0.1:6379/0",
    }
    shown = {each.key: each.value for each in LocalSetupProbe(tmp_path, [OFFLINE], values, {}).settings()}
    assert shown == {"budget": "usd=0.5", "exclude": "a/, b/", "redis_url": "redis://…@127.0.0.1:6379/0"}


def test_an_address_of_a_provider_is_shown_without_what_may_be_secret_in_it(tmp_path: Path) -> None:
    """Users paste into addresses what they were given."""
    url, key = "https://me:hunter2@example.org/v1?key=hunter2", "sk-" + "hunter2-hunter2-hunter2"
    values: dict[str, object] = {"providers": {"mine": {"url": url, "key_env": key, "kind": None}}}
    (told,) = LocalSetupProbe(tmp_path, [OFFLINE], values, {}).settings()
    assert told.value == "mine=url=https://…@example.org/v1?…, key_env=…"
