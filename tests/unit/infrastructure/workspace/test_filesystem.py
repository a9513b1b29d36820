"""Folders as they are found: odd files, links, sizes, permissions."""

import asyncio
import os
import socket
import time
from pathlib import Path

import pytest

from muster.domain.errors import WorkspaceError
from muster.domain.workspace.files import WorkspaceSnapshot
from muster.infrastructure.workspace.filesystem import FilesystemWorkspace
from tests.fakes.clock import FakeClock
from tests.fakes.unprivileged import as_nobody, open_folder

WORKSPACE = FilesystemWorkspace(FakeClock())
MB = 1024 * 1024


def write(root: Path, files: dict[str, bytes | str]) -> None:
    """Files by path."""
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content.encode() if isinstance(content, str) else content)


def left_out(snapshot: WorkspaceSnapshot) -> dict[str, str]:
    """Reasons by path."""
    return {entry.path: entry.reason for entry in snapshot.not_covered}


def open_descriptors() -> int:
    """How many files this process holds open."""
    return len(list(Path("/dev/fd").iterdir()))


def many_files(root: Path) -> None:
    """20,000 modules in 200 folders."""
    for folder in range(200):
        (root / f"pkg{folder}").mkdir()
        for number in range(100):
            (root / f"pkg{folder}" / f"m{number}.py").write_bytes(b"x = 1\n")


def paths(snapshot: WorkspaceSnapshot) -> list[str]:
    """The files that were read."""
    return [file.path for file in snapshot.files]


async def test_what_is_no_text_is_said_to_be_so(tmp_path: Path) -> None:
    """Each with the reason that tells its reader what to do."""
    write(
        tmp_path,
        {
            "fine.py": "x = 1\n",
            "mark.py": b"\xef\xbb\xbfx = 1\n",
            "empty.py": "",
            "edge.txt": b"x" * (2 * MB),
            "big.txt": b"x" * (2 * MB + 1),
            "picture.png": b"\x89PNG\0\0\0",
            "nul.py": b"x" * 9000 + b"\0",
            "latin.py": "# für\n".encode("latin-1"),
            "utf16.py": "x = 1".encode("utf-16"),
            "utf32.py": "x = 1".encode("utf-32"),
        },
    )
    snapshot = await WORKSPACE.scan(str(tmp_path))
    assert paths(snapshot) == ["edge.txt", "empty.py", "fine.py", "mark.py"]
    assert left_out(snapshot) == {
        "big.txt": "larger than 2 MB (2,097,153 bytes)",
        "latin.py": "not UTF-8 text",
        "nul.py": "contains NUL characters",
        "picture.png": "binary",
        "utf16.py": "UTF-16 text; only UTF-8 is read",
        "utf32.py": "UTF-32 text; only UTF-8 is read",
    }


async def test_fifty_megabytes_are_not_read(tmp_path: Path) -> None:
    """Their size alone tells: a sparse file of 50 MB takes no time."""
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(50 * MB)
    snapshot = await WORKSPACE.scan(str(tmp_path))
    assert left_out(snapshot) == {"huge.txt": "larger than 2 MB (52,428,800 bytes)"}


async def test_special_files_never_hang_a_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe that nobody writes to, a socket."""
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)  # socket names are short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        async with asyncio.timeout(5):
            snapshot = await WORKSPACE.scan(str(tmp_path))
            with pytest.raises(WorkspaceError, match="special file"):
                await WORKSPACE.read(str(tmp_path), "pipe")
    assert left_out(snapshot) == {"pipe": "special file", "socket": "special file"}


async def test_symbolic_links_are_never_followed(tmp_path: Path) -> None:
    """To a file, a folder, outside, nowhere, or round in a loop."""
    write(tmp_path, {"out/secret.txt": "a plainly fake secret", "project/a.py": "x", "project/sub/b.py": "y"})
    project = tmp_path / "project"
    links = {
        "file": "a.py",
        "outside": "../out/secret.txt",
        "folder": "../out",
        "loop": ".",
        "nowhere": "gone",
    }
    for name, target in links.items():
        (project / name).symlink_to(target)
    snapshot = await WORKSPACE.scan(str(project))
    assert paths(snapshot) == ["a.py", "sub/b.py"]
    assert left_out(snapshot) == dict.fromkeys(sorted(links), "symbolic link, which is not followed")
    for path in ("outside", "folder/secret.txt", "file", "loop/a.py"):
        with pytest.raises(WorkspaceError, match="symbolic link"):
            await WORKSPACE.read(str(project), path)
        assert await WORKSPACE.lines(str(project), path, frozenset({1})) == {}


async def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    """The snapshot carries its real path, so that runs on one folder are known as such."""
    write(tmp_path, {"real/a.py": "x"})
    (tmp_path / "link").symlink_to("real")
    snapshot = await WORKSPACE.scan(str(tmp_path / "link"))
    assert (snapshot.root, paths(snapshot)) == (str((tmp_path / "real").resolve()), ["a.py"])


async def test_a_name_that_is_not_utf8_is_shown_and_not_read(tmp_path: Path) -> None:
    """Its bytes are written out, in files and in folders."""
    write(tmp_path, {os.fsdecode(name): "x" for name in (b"caf\xe9.py", b"d\xff/a.py")})
    snapshot = await WORKSPACE.scan(str(tmp_path))
    assert left_out(snapshot) == {
        r"caf\xe9.py": "its name is not UTF-8",
        r"d\xff/a.py": "its name is not UTF-8",
    }


async def test_generated_and_vendored_folders_are_named_once(tmp_path: Path) -> None:
    """Whatever is in them; caches and git's own folder are not worth a word."""
    folders = ["node_modules", "pkg/.venv", "build", "dist", ".tox", "lib/site-packages"]
    silent = [
        ".git",
        "pkg/__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".muster",
        "my.egg-info",
    ]
    write(tmp_path, {f"{folder}/deep/{n}.py": "x" for folder in folders + silent for n in range(3)})
    write(tmp_path, {"pkg/a.py": "x", "env311/pyvenv.cfg": "home = /usr", "env311/lib/b.py": "x"})
    snapshot = await WORKSPACE.scan(str(tmp_path))
    assert paths(snapshot) == ["pkg/a.py"]
    assert left_out(snapshot) == dict.fromkeys(sorted([*folders, "env311"]), "generated or vendored folder")


async def test_what_may_not_be_read_is_said_to_be_so() -> None:
    """A file and a folder without permission; the rest is read all the same."""
    with open_folder() as folder:
        write(folder, {"a.py": "x", "closed.py": "x", "closed/b.py": "x"})
        for name in ("closed.py", "closed"):
            (folder / name).chmod(0)
        with as_nobody():
            snapshot = await WORKSPACE.scan(str(folder))
            with pytest.raises(WorkspaceError, match=r"'closed\.py' cannot be read: Permission denied"):
                await WORKSPACE.read(str(folder), "closed.py")
        (folder / "closed").chmod(0o777)
    assert paths(snapshot) == ["a.py"]
    reason = "not readable: Permission denied"
    assert left_out(snapshot) == {"closed": reason, "closed.py": reason}


async def test_a_folder_that_may_not_be_read_is_refused() -> None:
    """As a whole."""
    with open_folder() as folder:
        (folder / "closed").mkdir(mode=0)
        with as_nobody(), pytest.raises(WorkspaceError, match="cannot be read: Permission denied"):
            await WORKSPACE.scan(str(folder / "closed"))
        (folder / "closed").chmod(0o777)


@pytest.mark.parametrize(
    ("root", "message", "hint"),
    [
        ("missing", "folder {root!r} does not exist", "check its spelling"),
        ("file.py", "{root!r} is a file, not a folder", "give its folder, or name it in the task"),
        ("file.py/below", "folder {root!r} does not exist", "check its spelling"),
        ("loop", "folder {root!r} cannot be read: ", "check the permissions, or the link"),
    ],
)
async def test_a_bad_folder_is_one_clear_sentence(tmp_path: Path, root: str, message: str, hint: str) -> None:
    """What happened, to which folder, what to do."""
    write(tmp_path, {"file.py": "x"})
    (tmp_path / "loop").symlink_to("loop")
    named = str(tmp_path / root)
    with pytest.raises(WorkspaceError) as caught:
        await WORKSPACE.scan(named)
    assert caught.value.message.startswith(message.format(root=named))
    assert caught.value.hint == hint


@pytest.mark.parametrize("root", ["", "  ", "a\0b"])
async def test_a_folder_without_a_name_is_refused(root: str) -> None:
    """Not taken for the one that we happen to be in."""
    with pytest.raises(WorkspaceError, match="is no folder name"):
        await WORKSPACE.scan(root)


async def test_a_relative_folder_is_the_one_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.` too."""
    write(tmp_path, {"src/a.py": "x"})
    monkeypatch.chdir(tmp_path)
    assert paths(await WORKSPACE.scan(".")) == ["src/a.py"]
    assert (await WORKSPACE.scan("src")).root == str((tmp_path / "src").resolve())


@pytest.mark.parametrize(
    "path",
    ["../a", "a/../../b", "/etc/hostname", "//server/share", "\\\\server\\share", "C:\\a", "c:/a", "~/a", "~",
     "a\0b", "", " ", ".", "./", "..\\a"],
)  # fmt: skip
async def test_a_path_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    """Reading and quoting alike, by the way it is written, whatever is there."""
    with pytest.raises(WorkspaceError, match="path"):
        await WORKSPACE.read(str(tmp_path), path)
    with pytest.raises(WorkspaceError, match="path"):
        await WORKSPACE.lines(str(tmp_path), path, frozenset({1}))


@pytest.mark.parametrize(
    "path", ["development/x", "a b/ü.py", "a..b/c...py", "...", "x" * 200, "a~/~b", "e:f"]
)
async def test_an_odd_path_that_stays_inside_is_read(tmp_path: Path, path: str) -> None:
    """Also with dots and double slashes around it."""
    write(tmp_path, {path: "here"})
    assert (await WORKSPACE.read(str(tmp_path), path)).content == "here"
    assert (await WORKSPACE.read(str(tmp_path), f"./{path.replace('/', '//')}")).path == path


async def test_lines_are_counted_as_editors_count_them(tmp_path: Path) -> None:
    """LF, CR LF and CR end a line; form feeds and Unicode's separators do not; a mark is no text."""
    text = b"\xef\xbb\xbfone\x0c\ntwo\r\nthree\rfour\xe2\x80\xa8still four"
    write(tmp_path, {"a.py": text})
    lines = await WORKSPACE.lines(str(tmp_path), "a.py", frozenset(range(9)))
    assert lines == {1: "one\x0c", 2: "two", 3: "three", 4: "four\u2028still four"}
    assert (await WORKSPACE.scan(str(tmp_path))).by_path["a.py"].lines == 4


@pytest.mark.slow  # on account of making the files
async def test_a_huge_folder_is_scanned_in_seconds_and_the_loop_goes_on(tmp_path: Path) -> None:
    """20,000 files in 200 folders."""
    many_files(tmp_path)
    turns = 0
    began = time.process_time()
    task = asyncio.create_task(WORKSPACE.scan(str(tmp_path)))
    while not task.done():
        await asyncio.sleep(0.01)
        turns += 1
    snapshot = task.result()
    assert (snapshot.facts.files, snapshot.facts.lines) == (20_000, {"python": 20_000})
    assert time.process_time() - began < 6
    assert turns > 10

    cancelled = asyncio.create_task(WORKSPACE.scan(str(tmp_path)))
    await asyncio.sleep(0.1)
    cancelled.cancel()
    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    await asyncio.to_thread(lambda: None)
    assert time.monotonic() - began < 0.5


async def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    """Whatever happened to the files."""
    write(tmp_path, {"a/b/c.py": "x", "d/e.bin": b"\0", "f.txt": b"x" * (3 * MB)})
    (tmp_path / "a" / "link").symlink_to("b")
    before = open_descriptors()
    await WORKSPACE.scan(str(tmp_path))
    for path in ("a/b/c.py", "a/link/c.py", "d/e.bin", "gone/x", "a/b"):
        await WORKSPACE.lines(str(tmp_path), path, frozenset({1}))
    assert open_descriptors() == before


async def test_excluded_folders_and_patterns_are_left_out_and_told_once(tmp_path: Path) -> None:
    """A folder with all below it, a pattern anywhere; each with its number of files."""
    for name in ("a.py", "vendor/b.py", "vendor/deep/c.py", "web/x.min.js", "vendored.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    workspace = FilesystemWorkspace(FakeClock(), ("vendor/", "*.min.js", "nothing/"))
    snapshot = await workspace.scan(str(tmp_path))
    assert [file.path for file in snapshot.files] == ["a.py", "vendored.py"]
    assert [(left.path, left.reason) for left in snapshot.not_covered] == [
        ("*.min.js", "excluded by the settings: 1 files"),
        ("vendor/", "excluded by the settings: 2 files"),
    ]
