"""What every workspace promises."""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.domain.errors import WorkspaceError
from muster.domain.ports.workspace import Workspace
from muster.infrastructure.workspace.filesystem import FilesystemWorkspace
from tests.fakes.clock import START, FakeClock
from tests.fakes.workspace import FakeWorkspace

Make = Callable[[dict[str, str]], tuple[Workspace, str]]


@pytest.fixture(params=["file system", "git", "fake"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Each workspace in turn: a function from files to a workspace and the name of its folder."""

    def fake(files: dict[str, str]) -> tuple[Workspace, str]:
        return FakeWorkspace(files), "/project"

    def real(files: dict[str, str]) -> tuple[Workspace, str]:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(text.encode())
        if request.param == "git":
            subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
        return FilesystemWorkspace(FakeClock()), str(tmp_path)

    return fake if request.param == "fake" else real


async def test_a_scan_lists_every_text_file_with_its_facts(make: Make) -> None:
    """Sorted by path; size in bytes, lines, digest of the bytes, language, test or not."""
    text = "x = 'ü'\ny = 2"
    workspace, root = make({"src/b.py": text, "a.md": "# A\n", "tests/test_b.py": "", "LICENSE": "mine\n"})
    snapshot = await workspace.scan(root)
    assert [file.path for file in snapshot.files] == ["LICENSE", "a.md", "src/b.py", "tests/test_b.py"]
    code = snapshot.by_path["src/b.py"]
    assert (code.size, code.lines, code.language, code.is_test) == (14, 2, "python", False)
    assert code.digest == hashlib.sha256(text.encode()).hexdigest()
    assert snapshot.by_path["LICENSE"].language == ""
    facts = snapshot.facts
    assert (facts.files, facts.lines, facts.test_files) == (4, {"markdown": 1, "python": 2}, 1)
    assert (facts.changed, snapshot.changed, snapshot.not_covered) == (None, None, ())


async def test_an_empty_folder_is_an_empty_snapshot(make: Make) -> None:
    """Nothing there is not an error."""
    workspace, root = make({})
    snapshot = await workspace.scan(root)
    assert (snapshot.files, snapshot.not_covered, snapshot.facts.files) == ((), (), 0)


async def test_a_folder_that_is_not_there_is_refused_by_name(make: Make) -> None:
    """With what can be done about it."""
    workspace, root = make({})
    with pytest.raises(WorkspaceError, match="does not exist") as caught:
        await workspace.scan(f"{root}/missing")
    assert caught.value.hint


async def test_an_unknown_revision_is_refused(make: Make) -> None:
    """Whatever is found, it would be a guess."""
    workspace, root = make({"a.py": "x"})
    with pytest.raises(WorkspaceError, match="no-such-revision"):
        await workspace.scan(root, since="no-such-revision")


async def test_a_file_is_read_as_it_is_now(make: Make) -> None:
    """Text, path, moment, and the hash that the scan has as digest."""
    workspace, root = make({"src/a.py": "x = 'ü'\r\n"})
    document = await workspace.read(root, "src/a.py")
    assert (document.path, document.content, document.taken_at) == ("src/a.py", "x = 'ü'\r\n", START)
    assert document.content_hash == (await workspace.scan(root)).by_path["src/a.py"].digest


@pytest.mark.parametrize("path", ["gone.py", "../outside.py", "/etc/hostname", "", "src"])
async def test_what_is_no_file_of_the_folder_is_not_read(make: Make, path: str) -> None:
    """Missing, elsewhere, nameless, or a folder."""
    workspace, root = make({"src/a.py": "x"})
    with pytest.raises(WorkspaceError):
        await workspace.read(root, path)


async def test_those_lines_are_given_that_exist(make: Make) -> None:
    """Counted from one, without their ends; a file that is gone has none."""
    workspace, root = make({"a.py": "one\ntwo\r\n\nfour"})
    assert await workspace.lines(root, "a.py", frozenset({0, 1, 2, 3, 4, 5})) == {
        1: "one",
        2: "two",
        3: "",
        4: "four",
    }
    assert await workspace.lines(root, "gone.py", frozenset({1})) == {}
