"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from muster.domain.errors import UserError
from muster.presentation.cli.output import write_whole

from .conftest import Muster
from .house import House


def test_output_holds_the_report_and_stdout_nothing(muster: Muster, tmp_path: Path) -> None:
    """Stderr says what was written where."""
    shown = muster("check", "--json")

    answer = muster("check", "--json", "--output", "report.json", "--quiet")

    assert (answer.code, answer.out) == (0, "")
    assert (tmp_path / "report.json").read_text() == shown.out
    size = len(shown.out.encode())
    assert answer.err == f"muster: wrote {size:,} bytes to report.json\n"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_dash_is_stdout(muster: Muster, tmp_path: Path) -> None:
    """As everywhere."""
    assert muster("check", "--json", "-o", "-").json["schema_version"] == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("target", "message", "hint"),
    [
        ("nowhere/report.json", "the folder 'nowhere' does not exist", "mkdir -p nowhere"),
        (".", "'.' is a folder", "name a file in it"),
    ],
)
def test_a_target_that_cannot_be_is_refused_before_the_work(
    target: str, message: str, hint: str, muster: Muster, house: House
) -> None:
    """Nobody waits for a report that cannot be written."""
    answer = muster("check", "-o", target)

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"muster: {message}\nhint: {hint}\n"
    assert house.opened == []


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: the old content stays, no part file does."""
    target = tmp_path / "report.json"
    target.write_text("old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="could not be written: No space left on device"):
        write_whole(target, b"new")

    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    """A new file gets what the umask leaves."""
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)

    write_whole(link, b"new")

    assert link.is_symlink()
    assert (real.read_bytes(), real.stat().st_mode & 0o777) == (b"new", 0o640)
    umask = os.umask(0o022)
    write_whole(tmp_path / "fresh", b"")
    os.umask(umask)
    assert (tmp_path / "fresh").stat().st_mode & 0o777 == 0o644


def test_a_device_is_written_to_and_stays_one() -> None:
    """`-o /dev/null` does not replace the null device."""
    write_whole(Path(os.devnull), b"x")

    assert not Path(os.devnull).is_file()
