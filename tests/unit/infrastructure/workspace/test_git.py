"""Folders that git knows."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from muster.domain.errors import WorkspaceError
from muster.domain.workspace.files import WorkspaceSnapshot
from muster.infrastructure.workspace import git as adapter
from muster.infrastructure.workspace.filesystem import FilesystemWorkspace
from tests.fakes.clock import FakeClock

WORKSPACE = FilesystemWorkspace(FakeClock())


def git(root: Path, *arguments: str) -> None:
    """Run git as a user would."""
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


def write(root: Path, *names: str, text: str = "x = 1\n") -> None:
    """Files with the same text."""
    for path in names:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def commit(root: Path) -> None:
    """All that is there."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "work")


def paths(snapshot: WorkspaceSnapshot) -> list[str]:
    """The files that were read."""
    return [file.path for file in snapshot.files]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with one commit: two modules, a test, and things that are ignored."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    write(tmp_path, ".gitignore", text="*.log\nsecret/\n")
    write(tmp_path, "pkg/a.py", "pkg/b.py", "tests/test_a.py")
    commit(tmp_path)
    write(tmp_path, "noise.log", "secret/key.py")
    return tmp_path


async def test_tracked_and_new_files_are_read_and_ignored_ones_are_not(repo: Path) -> None:
    """A file that git remembers and the disk has lost is passed over."""
    write(repo, "pkg/new.py")
    (repo / "pkg" / "b.py").unlink()
    snapshot = await WORKSPACE.scan(str(repo))
    assert paths(snapshot) == [".gitignore", "pkg/a.py", "pkg/new.py", "tests/test_a.py"]
    assert (snapshot.facts.is_git, snapshot.facts.test_files, snapshot.not_covered) == (True, 1, ())


async def test_a_folder_of_a_repository_is_taken_alone(repo: Path) -> None:
    """Paths are relative to it, those of the diff too."""
    write(repo, "pkg/a.py", "tests/test_a.py", text="y\n")
    snapshot = await WORKSPACE.scan(str(repo / "pkg"), since="HEAD")
    assert paths(snapshot) == ["a.py", "b.py"]
    assert (snapshot.changed, snapshot.facts.changed) == (frozenset({"a.py"}), 1)


async def test_an_ignored_folder_that_was_named_is_read(repo: Path) -> None:
    """Nobody asks for a folder in order to hear nothing about it."""
    assert paths(await WORKSPACE.scan(str(repo / "secret"))) == ["key.py"]


async def test_changes_are_those_since_the_revision_and_what_is_new(repo: Path) -> None:
    """Committed, staged, edited and untracked; deleted files are no longer there to look at."""
    write(repo, "committed.py")
    commit(repo)
    write(repo, "staged.py")
    git(repo, "add", "staged.py")
    write(repo, "pkg/a.py", text="edited\n")
    write(repo, "ü new.py")
    (repo / "pkg" / "b.py").unlink()
    snapshot = await WORKSPACE.scan(str(repo), since="HEAD~1")
    assert snapshot.changed == frozenset({"committed.py", "staged.py", "pkg/a.py", "ü new.py"})
    assert snapshot.facts.changed == 4
    assert snapshot.in_scope("pkg/a.py")
    assert not snapshot.in_scope("tests/test_a.py")
    assert (await WORKSPACE.scan(str(repo), since="main")).facts.changed == 3


@pytest.mark.parametrize("revision", ["nope", "", " ", "-h", "--output=x", "HEAD~99", "main..main", "a\0b"])
async def test_an_unknown_revision_is_refused_with_a_hint(repo: Path, revision: str) -> None:
    """And is never taken for an option."""
    with pytest.raises(WorkspaceError) as caught:
        await WORKSPACE.scan(str(repo), since=revision)
    assert repr(revision) in caught.value.message
    assert caught.value.hint
    assert not (repo / "x").exists()


async def test_a_revision_needs_a_repository(tmp_path: Path) -> None:
    """The message says that there is none."""
    with pytest.raises(WorkspaceError, match="not in a git work tree"):
        await WORKSPACE.scan(str(tmp_path), since="main")


async def test_a_repository_without_commits_can_be_scanned(tmp_path: Path) -> None:
    """Everything is new."""
    git(tmp_path, "init", "--quiet")
    write(tmp_path, "a.py")
    snapshot = await WORKSPACE.scan(str(tmp_path))
    assert (paths(snapshot), snapshot.facts.is_git) == (["a.py"], True)


async def test_installed_folders_are_left_out_even_when_git_does_not_ignore_them(repo: Path) -> None:
    """A tracked `build` is somebody's work, an untracked one is not."""
    write(repo, "build/tracked.py", "node_modules/tracked/index.js")
    commit(repo)
    write(repo, "dist/made.py", "node_modules/other/index.js", ".venv/lib/x.py", "pkg/__pycache__/a.txt")
    snapshot = await WORKSPACE.scan(str(repo))
    assert paths(snapshot) == [".gitignore", "build/tracked.py", "pkg/a.py", "pkg/b.py", "tests/test_a.py"]
    reason = "generated or vendored folder"
    left_out = {entry.path: entry.reason for entry in snapshot.not_covered}
    assert left_out == {".venv": reason, "dist": reason, "node_modules": reason}


async def test_a_repository_inside_is_named(repo: Path) -> None:
    """Its files are another project's."""
    (repo / "inner").mkdir()
    git(repo / "inner", "init", "--quiet")
    write(repo, "inner/a.py")
    commit(repo / "inner")
    snapshot = await WORKSPACE.scan(str(repo))
    assert [(entry.path, entry.reason) for entry in snapshot.not_covered] == [
        ("inner", "a repository of its own")
    ]


async def test_a_tracked_folder_that_became_a_link_leads_nowhere(repo: Path, tmp_path: Path) -> None:
    """Git still lists the files; the disk would answer from outside."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    write(outside, "a.py", "b.py")
    for name in ("a.py", "b.py"):
        (repo / "pkg" / name).unlink()
    (repo / "pkg").rmdir()
    (repo / "pkg").symlink_to(outside)
    snapshot = await WORKSPACE.scan(str(repo))
    assert paths(snapshot) == [".gitignore", "tests/test_a.py"]
    link = "symbolic link, which is not followed"
    assert {e.path: e.reason for e in snapshot.not_covered} == {
        "pkg": link,
        "pkg/a.py": f"behind a {link}",
        "pkg/b.py": f"behind a {link}",
    }


@pytest.mark.parametrize("driver", ["trap", "a=b", "a.clean=b", "ü"])
async def test_no_program_of_the_repository_is_run(repo: Path, driver: str) -> None:
    """Neither a monitor, a hook, an external diff nor a filter, whatever it is called; its index stays as it is."""
    trap = repo / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch '{repo}/sprung'\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "core.pager", "core.sshCommand"):
        git(repo, "config", key, str(trap))
    (repo / ".git" / "info").mkdir(exist_ok=True)
    (repo / ".git" / "info" / "attributes").write_text(f"*.py filter={driver}\n")
    for key, value in (("clean", str(trap)), ("process", str(trap)), ("required", "true")):
        git(repo, "config", f"filter.{driver}.{key}", value)
    for hook in ("post-index-change", "post-checkout"):
        (repo / ".git" / "hooks").mkdir(exist_ok=True)
        (repo / ".git" / "hooks" / hook).symlink_to(trap)
    os.utime(repo / "pkg" / "a.py", (0, 0))
    index = (repo / ".git" / "index").read_bytes()
    snapshot = await WORKSPACE.scan(str(repo), since="HEAD")
    assert snapshot.changed == frozenset({"trap.sh"})
    assert not (repo / "sprung").exists()
    assert (repo / ".git" / "index").read_bytes() == index


async def test_what_a_hook_has_set_is_not_taken_over(
    repo: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run from another repository's hook, the folder that was named is looked at."""
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "--quiet")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert "pkg/a.py" in paths(await WORKSPACE.scan(str(repo)))


async def test_without_git_the_folder_is_walked(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignored files are then not known to be ignored; a revision cannot be compared with."""
    monkeypatch.setenv("PATH", "/nowhere")
    snapshot = await WORKSPACE.scan(str(repo))
    assert "noise.log" in paths(snapshot)
    assert snapshot.facts.is_git is False
    with pytest.raises(WorkspaceError) as caught:
        await WORKSPACE.scan(str(repo), since="main")
    assert "git cannot be run" in caught.value.hint


async def test_a_git_that_hangs_is_ended(
    repo: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too slow or cancelled: the process is gone, the answer says why."""
    programs = tmp_path_factory.mktemp("bin")
    (programs / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setattr(adapter, "SECONDS", 0.1)
    answer = await adapter.ask(str(repo), "status")
    assert (answer.code, answer.complaint) == (None, "git status took longer than 0 s")

    monkeypatch.setattr(adapter, "SECONDS", 60)
    task = asyncio.create_task(adapter.ask(str(repo), "status"))
    await asyncio.sleep(0.05)
    task.cancel()
    async with asyncio.timeout(2):
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_no_key_of_ours_reaches_git_or_a_filter_of_the_user(
    repo: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's own filters run, and see where they are and nothing else."""
    seen = tmp_path_factory.mktemp("seen") / "environment"
    settings = seen.with_name("gitconfig")
    settings.write_text(f'[filter "spy"]\n\tclean = "env > {seen}; cat"\n[safe]\n\tdirectory = *\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-not-a-key")
    monkeypatch.setenv("DATABASE_PASSWORD", "hunter2")
    write(repo, ".gitattributes", text="*.py filter=spy\n")
    write(repo, "pkg/a.py", text="y = 2\n")
    assert (await WORKSPACE.scan(str(repo), since="HEAD")).in_scope("pkg/a.py")
    names = {line.partition("=")[0] for line in seen.read_text().splitlines()}
    assert {"PATH", "GIT_CONFIG_GLOBAL"} <= names
    assert names.isdisjoint({"OPENAI_API_KEY", "DATABASE_PASSWORD"})
