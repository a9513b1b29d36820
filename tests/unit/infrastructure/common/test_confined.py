"""Opening below a folder: what is opened is below, whatever the path says and whoever swaps what meanwhile."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.errors import UnsafePath
from muster.infrastructure.common.confined import (
    FolderHandle,
    LeadsOutError,
    NotAFileError,
    lies_within,
    read_below,
    real_place,
    write_below,
)
from muster.infrastructure.common.following import folder_meant, leads_out, open_following
from muster.infrastructure.common.placing import is_taken, put_below
from tests.fakes.path_vectors import CLIMBING, FINE

CANARY = b"nobody reads this"
SWAPS = 3000
TROUBLE = (OSError, NotAFileError, ValueError)
PARTS = st.sampled_from(
    ["..", ".", "", "a", "b.txt", "in", "up", "out", "top", "loop", "file", "\u00fc", "\0"]
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a canary beside it, and links of every kind."""
    (tmp_path / "canary.txt").write_bytes(CANARY)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "b.txt").write_bytes(CANARY)
    made = tmp_path / "root"
    (made / "a" / "deep").mkdir(parents=True)
    (made / "a" / "b.txt").write_bytes(b"inside")
    for name, target in {
        "in": "a", "up": "a/..", "out": "../outside", "top": str(made / "a"), "loop": "loop", "file": "in/b.txt",
        "away": str(tmp_path / "canary.txt"), "a/deep/back": "../../../canary.txt", "dangling": "../new.txt",
    }.items():  # fmt: skip
        (made / name).symlink_to(target)
    return made


def everything(folder: Path) -> dict[str, bytes | str]:
    """Each name below, with its bytes or where it leads."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found[name] = (
            str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else ""
        )
    return found


def content(descriptor: int) -> bytes:
    """All of it, and it is closed."""
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


@pytest.mark.parametrize(
    "path",
    [
        *(path for path in CLIMBING if ".." in path.split("/")),
        "/etc/passwd",
        "//x",
        "",
        ".",
        "./",
        "a/",
        "a//b.txt",
        "a\0",
        "out/b.txt",
    ],
)
def test_a_handle_opens_and_makes_nothing_by_such_a_path(root: Path, path: str) -> None:
    """Though nobody has asked the rule about text before."""
    before = everything(root.parent)
    with FolderHandle(str(root)) as folder, pytest.raises(TROUBLE):
        folder.open(path)
    with pytest.raises(TROUBLE):
        read_below(str(root), path)
    with pytest.raises(TROUBLE):
        write_below(str(root), {path: b"evil"})
    with pytest.raises(TROUBLE):
        put_below(str(root), path, b"evil", replace=True)
    left = {name: what for name, what in everything(root.parent).items() if name not in before}
    assert set(left.values()) <= {""}  # at most a folder below, that the path goes through first
    assert all(name.startswith("root/") for name in left)
    assert {name: what for name, what in everything(root.parent).items() if name in before} == before


@pytest.mark.parametrize("path", [path for path in FINE if len(path) < 256])
def test_odd_names_are_written_and_read(root: Path, path: str) -> None:
    """Byte for byte; nothing is written over."""
    write_below(str(root), {path: b"here"})
    assert read_below(str(root), path) == b"here"
    assert (root / path).read_bytes() == b"here"
    with pytest.raises(FileExistsError):
        write_below(str(root), {path: b"other"})


def test_what_is_no_regular_file_is_not_opened(root: Path) -> None:
    """A pipe, on which one would wait for ever, a socket, a folder."""
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(root)  # the name of a socket is short
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
        for name in ("pipe", "socket", "a", "in", "away", "file"):
            with FolderHandle(str(root)) as folder, pytest.raises(NotAFileError):
                folder.open(name)
        for name in ("pipe", "socket", "a", "in"):
            with pytest.raises(NotAFileError):
                open_following(str(root), name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_a_device_is_not_opened(root: Path) -> None:
    """Where one can be made at all."""
    try:
        os.mknod(root / "zero", 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("no device can be made here")
    with FolderHandle(str(root)) as folder, pytest.raises(NotAFileError, match="special"):
        folder.open("zero")


@pytest.mark.parametrize(
    "path", ["in/b.txt", "up/a/b.txt", "top/b.txt", "file", "up/up/in/b.txt", "a/deep/../b.txt"]
)
def test_links_that_stay_inside_are_followed_where_that_is_wanted(root: Path, path: str) -> None:
    """Relative ones, and those that name the folder from the top."""
    assert content(open_following(str(root), path)) == b"inside"
    assert not leads_out(str(root), path)


@pytest.mark.parametrize(
    "path", ["out/b.txt", "away", "a/deep/back", "dangling", "loop", "up/../canary.txt", "in/../.."]
)
def test_links_that_lead_out_are_refused_where_links_are_followed(root: Path, path: str) -> None:
    """Nothing is opened, the canary least of all."""
    with pytest.raises(LeadsOutError):
        open_following(str(root), path)
    assert leads_out(str(root), path)


def test_a_link_to_a_folder_is_known_by_the_folder_that_is_meant(root: Path) -> None:
    """None of those that lead to the root, to a file, outside or nowhere."""
    found = {
        name: folder_meant(str(root), name) for name in ("in", "top", "up", "file", "out", "loop", "dangling")
    }
    assert found == {**dict.fromkeys(found), "in": "a", "top": "a"}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(PARTS, max_size=7).map("/".join) | st.text(max_size=12))
def test_whatever_is_opened_is_below(root: Path, path: str) -> None:
    """Any text is refused, or what is opened lies below the folder; no descriptor is left."""
    before = len(list(Path("/dev/fd").iterdir()))
    for way in (read_below, lambda top, name: content(open_following(top, name))):
        try:
            assert way(str(root), path) == b"inside"
        except TROUBLE:
            continue
    assert len(list(Path("/dev/fd").iterdir())) == before


@pytest.mark.parametrize("way", ["no link", "links inside"])
def test_a_link_swapped_in_never_wins(tmp_path: Path, way: str) -> None:
    """A folder and a link to another one change places thousands of times: never one byte of the canary."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "d").mkdir(parents=True)
    outside.mkdir()
    (root / "d" / "f").write_bytes(b"inside")
    (outside / "f").write_bytes(CANARY)
    (root / "link").symlink_to(outside)
    over, seen, refused = threading.Event(), set[bytes](), 0

    def swap() -> None:
        try:
            for _ in range(SWAPS):
                (root / "d").rename(root / "aside")
                (root / "link").rename(root / "d")
                (root / "d").rename(root / "link")
                (root / "aside").rename(root / "d")
        finally:
            over.set()

    swapping = threading.Thread(target=swap)
    swapping.start()
    while not over.is_set():
        try:
            no_link = way == "no link"
            opened = read_below(str(root), "d/f") if no_link else content(open_following(str(root), "d/f"))
            seen.add(opened)
        except (OSError, NotAFileError):
            refused += 1
    swapping.join()
    assert seen == {b"inside"}
    assert refused
    assert everything(outside) == {"f": CANARY}


@pytest.mark.parametrize("path", ["out/x", "in/x", "away", "dangling", "file"])
def test_no_file_is_put_through_a_link(root: Path, path: str) -> None:
    """Not even through one that stays inside; everything is as it was."""
    before = everything(root.parent)
    for replace in (False, True):
        with pytest.raises((NotAFileError, FileExistsError)):
            put_below(str(root), path, b"evil", replace=replace)
    with pytest.raises(NotAFileError):
        is_taken(str(root), path)
    assert everything(root.parent) == before


def test_a_file_is_put_whole_and_keeps_its_mode(root: Path) -> None:
    """One that is there only where that was said."""
    (root / "a" / "b.txt").chmod(0o640)
    with pytest.raises(FileExistsError):
        put_below(str(root), "a/b.txt", b"new", replace=False)
    assert (root / "a" / "b.txt").read_bytes() == b"inside"
    put_below(str(root), "a/b.txt", b"new", replace=True)
    put_below(str(root), "n/m/c.txt", b"c", replace=False)
    assert ((root / "a" / "b.txt").read_bytes(), (root / "a" / "b.txt").stat().st_mode & 0o777) == (
        b"new",
        0o640,
    )
    assert (root / "n" / "m" / "c.txt").read_bytes() == b"c"
    assert is_taken(str(root), "n/m/c.txt")
    assert not is_taken(str(root), "n/m/d.txt")
    assert not [name for name in everything(root) if name.endswith(".part")]


def test_a_person_reaches_no_place_of_the_system_through_a_link(root: Path) -> None:
    """A place of one's own is known by its real path, and whether it is in a folder is, too."""
    (root / "conf").symlink_to("/etc")
    (root / "null").symlink_to("/dev/null")
    with pytest.raises(UnsafePath):
        real_place(str(root / "conf" / "x"))
    assert real_place(str(root / "null")) == "/dev/null"
    assert real_place(str(root / "in" / "b.txt")) == str((root / "a" / "b.txt").resolve())
    assert [lies_within(str(root), name) for name in ("a", ".", "in", "out", "..", "/")] == [True] * 3 + [
        False
    ] * 3
