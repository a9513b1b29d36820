"""`muster keys` and `muster audit`, through the whole house."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from muster.presentation.cli.entry import answer

from .conftest import Answer, Muster


@pytest.fixture
def muster(capsys: pytest.CaptureFixture[str]) -> Muster:
    """The command line, with the real house behind it."""

    def run(*args: str) -> Answer:
        code = answer(args)
        told = capsys.readouterr()
        return Answer(code, told.out, told.err)

    return run


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, and a project beside it."""
    monkeypatch.setenv("MUSTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def test_a_key_is_made_rotated_and_shown_and_all_of_it_is_audited(muster: Muster, data: Path) -> None:
    """From nothing to two keys; no secret is on the screen, and the log of it is intact."""
    assert muster("keys").out.startswith("no key: SENSITIVE memory is refused")
    assert muster("keys", "rotate").code == 4
    made = muster("keys", "init", "--json").json["ring"]["keys"]
    assert [key["state"] for key in made] == ["active"]
    assert muster("keys", "init").code == 2
    rotated = muster("keys", "rotate")
    assert "is the new key: 0 records rewrapped" in rotated.out
    states = [line.split()[1] for line in muster("keys", "status").out.splitlines()[1:]]
    assert states == ["active", "retired"]
    assert (data / "keys.json").stat().st_mode & 0o777 == 0o600
    events = muster("audit", "list", "--json").json["events"]
    assert {one["event"]["type"] for one in events} == {"configuration-change"}
    assert events[0]["event"]["subject"] == made[0]["id"]
    assert muster("audit", "verify").out == f"{len(events)} events in 1 file: intact\n"


def test_settings_and_baselines_that_a_command_writes_are_told_first(
    muster: Muster, data: Path, tmp_path: Path
) -> None:
    """Which file, by whom, and how many findings are to count no more; broken settings can be replaced all the same."""
    (tmp_path / "app.py").write_text("def f(x):\n    return eval(x)\n")
    assert muster("init").code == 0
    (tmp_path / "muster.toml").write_text("this is no TOML")
    assert muster("init", "--force").code == 0
    assert muster("check", "-q", "--write-baseline", "known.json").code in {0, 1}
    known = json.loads((tmp_path / "known.json").read_text())["fingerprints"]
    found = muster("audit", "list", "--type", "configuration-change", "--json").json["events"]
    settings = str(tmp_path / "muster.toml")
    assert [(one["event"]["subject"], one["event"]["details"]["what"]) for one in found] == [
        (settings, "settings file made"),
        (settings, "settings replaced by the defaults"),
        (str(tmp_path / "known.json"), f"baseline written: {len(known)} findings do not count"),
    ]
    assert known


def test_settings_are_not_written_when_that_cannot_be_told(
    muster: Muster, data: Path, tmp_path: Path
) -> None:
    """The place of the log is a file."""
    data.mkdir()
    (data / "audit").write_text("")
    assert muster("init").code == 3
    assert not (tmp_path / "muster.toml").exists()


def test_a_log_that_was_edited_is_told_with_its_line(muster: Muster, data: Path) -> None:
    """Exit code 1, as text and as JSON."""
    muster("keys", "init")
    muster("keys", "rotate")
    (path,) = (data / "audit").iterdir()
    path.write_bytes(path.read_bytes().replace(b"key made", b"key lost", 1))
    told = muster("audit", "verify")
    assert told.code == 1
    assert told.out.splitlines()[1:] == ["audit-000001.jsonl, line 1: changed (event 1)"]
    (fault,) = muster("audit", "verify", "--json").json["faults"]
    assert (fault["kind"], fault["line"], fault["first"]) == ("changed", 1, 1)


def test_an_empty_log_and_an_unknown_type(muster: Muster, data: Path) -> None:
    """Said in words."""
    assert muster("audit").out == "no events\n"
    assert muster("audit", "verify").out == "0 events in 0 files: intact\n"
    assert muster("audit", "list", "--type", "permission").code == 2
