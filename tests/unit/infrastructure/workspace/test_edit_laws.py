"""Laws of editing, over any sequence of edits of a real folder."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.application.services.edit_session import EditSession
from muster.domain.errors import EditConflict, UserError
from tests.fakes.edits import EditBench, edit_bench, tree

PATHS = ["a.py", "b", "src/c.py", "src/deep/d.txt", "new/e.md", "b/f"]
TEXTS = st.text(st.sampled_from("ab\n\r\ufeffü "), max_size=8)
DISK = st.dictionaries(
    st.sampled_from(PATHS[:4]),
    st.tuples(TEXTS, st.sampled_from([0o644, 0o600, 0o755, 0o444])),
    max_size=4,
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "replace", "delete", "read"]), st.sampled_from(PATHS), TEXTS, TEXTS),
    max_size=8,
)
Disk = dict[str, tuple[str, int]]
Steps = Sequence[tuple[str, str, str, str]]


@pytest.fixture(autouse=True, scope="module")
def quick_disk() -> Any:
    """No waiting for a disk that does not lose its power here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


def over(disk: Disk, work: Callable[[EditBench, EditSession], Coroutine[Any, Any, None]]) -> None:
    """Do `work` in a folder with these files."""
    with tempfile.TemporaryDirectory() as place:
        bench = edit_bench(Path(place))
        for path, (text, mode) in disk.items():
            (bench.root / path).parent.mkdir(parents=True, exist_ok=True)
            (bench.root / path).write_bytes(text.encode())
            (bench.root / path).chmod(mode)
        asyncio.run(work(bench, EditSession(bench.editor, str(bench.root))))


async def stage(session: EditSession, steps: Steps) -> None:
    """All steps that can be made."""
    for what, path, text, other in steps:
        try:
            match what:
                case "write":
                    await session.write(path, text)
                case "replace":
                    await session.replace(path, text, other)
                case "delete":
                    await session.delete(path)
                case _:
                    await session.read(path)
        except UserError:
            continue


@given(DISK, STEPS)
@settings(max_examples=40, deadline=None)
def test_whatever_was_staged_a_rollback_leaves_every_byte_as_it_was(disk: Disk, steps: Steps) -> None:
    """Nothing of it has ever been on the disk."""

    async def work(bench: EditBench, session: EditSession) -> None:
        before = tree(bench.root)
        await stage(session, steps)
        assert tree(bench.root) == before
        await session.rollback()
        await session.commit()
        assert tree(bench.root) == before

    over(disk, work)


@given(DISK, STEPS)
@settings(max_examples=60, deadline=None)
def test_whatever_was_committed_undoing_brings_back_every_byte(disk: Disk, steps: Steps) -> None:
    """A commit makes exactly what was staged, permissions kept; undone, the tree is the one of before."""

    async def work(bench: EditBench, session: EditSession) -> None:
        before = tree(bench.root)
        await stage(session, steps)
        changes = session.changes
        await session.commit()
        after = {name: file for name, file in tree(bench.root).items() if file}
        expected = {name: file for name, file in before.items() if file}
        for edit in changes.edits:
            old = expected.pop(edit.path, None)
            if edit.content is not None:
                expected[edit.path] = (old[0] if old else 0o644, edit.content.encode())
        assert after == expected
        await session.rollback()
        assert tree(bench.root) == before

    over(disk, work)


@given(DISK, STEPS, st.sampled_from(PATHS[:4]))
@settings(max_examples=60, deadline=None)
def test_a_conflict_leaves_all_files_as_they_are(disk: Disk, steps: Steps, path: str) -> None:
    """A person writes one of the files: it is named and nothing is written; any other is none of our business."""

    async def work(bench: EditBench, session: EditSession) -> None:
        await stage(session, steps)
        changes = session.changes
        target = bench.root / path
        if any(parent.is_file() for parent in target.parents) or target.is_dir():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.write_text("a person's")
        before = tree(bench.root)
        if path not in changes.paths:
            return
        with pytest.raises(EditConflict, match=path):
            await session.commit()
        assert tree(bench.root) == before
        assert session.changes == changes

    over(disk, work)
