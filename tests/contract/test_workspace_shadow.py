"""What every shadow of a workspace promises."""

import subprocess
from pathlib import Path

import pytest

from muster.domain.errors import WorkspaceError
from muster.domain.ports.workspace_shadow import WorkspaceShadow
from muster.domain.workspace.edits import ChangeSet, FileEdit
from muster.infrastructure.workspace.shadow import CopiedShadow
from tests.fakes.edits import edits, plant, tree

OLD = {"a.py": "one\r\n", "src/b.py": "x = 1\n", "gone.txt": "bye\n", "run.sh": "#!/bin/sh\n"}
NEW: dict[str, str | None] = {"a.py": "two\r\n", "gone.txt": None, "new/c.py": "c\n"}


@pytest.fixture
def shadow() -> WorkspaceShadow:
    """One that leaves out a folder."""
    return CopiedShadow(("examples/",))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a text, a script and a picture."""
    project = tmp_path / "project"
    plant(project, OLD | {"examples/x.py": "x"})
    (project / "run.sh").chmod(0o755)
    (project / "logo.png").write_bytes(b"\x89PNG\x00")
    return project


def _exists(place: str) -> bool:
    return Path(place).exists()


def _scribble(place: Path) -> None:
    for path in [path for path in place.rglob("*") if path.is_file()]:
        with path.open("r+b") as file:
            file.write(b"!")
        path.chmod(0o600)


def _make_repository(root: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)


async def test_it_holds_the_files_with_the_edits_on_top(shadow: WorkspaceShadow, root: Path) -> None:
    """Texts and pictures, permissions kept; the original is as it was, and the copy goes at the end."""
    before = tree(root)
    async with shadow.shadow(str(root), edits(OLD, NEW)) as place:
        assert Path(place).name == root.name
        assert tree(Path(place)) == {
            "a.py": (0o644, b"two\r\n"),
            "logo.png": (0o644, b"\x89PNG\x00"),
            "new": None,
            "new/c.py": (0o644, b"c\n"),
            "run.sh": (0o755, b"#!/bin/sh\n"),
            "src": None,
            "src/b.py": (0o644, b"x = 1\n"),
        }
        assert tree(root) == before
    assert not _exists(place)


async def test_nothing_that_a_tool_does_in_it_reaches_the_original(
    shadow: WorkspaceShadow, root: Path
) -> None:
    """Neither writing into a file in place, nor removing, nor changing permissions."""
    before = tree(root)
    async with shadow.shadow(str(root), ChangeSet()) as place:
        _scribble(Path(place))
        (Path(place) / "a.py").unlink()
    assert tree(root) == before


async def test_links_are_not_followed_into_it(shadow: WorkspaceShadow, root: Path, tmp_path: Path) -> None:
    """What lies outside stays outside."""
    plant(tmp_path, {"outside/secret.txt": "secret"})
    (root / "link.txt").symlink_to(tmp_path / "outside/secret.txt")
    (root / "linked").symlink_to(tmp_path / "outside")
    async with shadow.shadow(str(root), ChangeSet()) as place:
        assert not [name for name in tree(Path(place)) if "link" in name]


async def test_what_git_ignores_is_not_copied(shadow: WorkspaceShadow, root: Path) -> None:
    """Nor is the repository itself."""
    _make_repository(root)
    plant(root, {".gitignore": "*.log\n", "a.log": "x"})
    async with shadow.shadow(str(root), edits({}, {"b.txt": "b"})) as place:
        names = tree(Path(place)).keys()
    assert {"b.txt", ".gitignore", "a.py"} <= names
    assert not {"a.log", ".git"} & names


async def test_it_goes_when_the_work_in_it_fails(shadow: WorkspaceShadow, root: Path) -> None:
    """The error is the work's own."""
    places: list[str] = []

    async def work() -> None:
        async with shadow.shadow(str(root), ChangeSet()) as place:
            places.append(place)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work()
    assert not _exists(places[0])


@pytest.mark.parametrize("path", ["../x", "/x", "", ".git/config", ".env"])
async def test_edits_that_nobody_may_make_are_refused(shadow: WorkspaceShadow, root: Path, path: str) -> None:
    """As they would be when they are committed."""
    with pytest.raises(WorkspaceError):
        async with shadow.shadow(str(root), ChangeSet((FileEdit(path, None, "x"),))):
            pass


async def test_a_folder_that_is_not_there_has_no_shadow(shadow: WorkspaceShadow, root: Path) -> None:
    """It is refused by name."""
    with pytest.raises(WorkspaceError, match="missing"):
        async with shadow.shadow(str(root / "missing"), ChangeSet()):
            pass
