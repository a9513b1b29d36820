"""A change that is killed, disturbed or refused at any of its steps."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

import pytest

from muster.domain.errors import EditConflict, LockHeld, StorageError
from muster.domain.workspace.checkpoints import UNFINISHED
from muster.domain.workspace.edits import EditStatus
from tests.fakes.edits import PlainHandle, TickingHandle, edit_bench, edits, plant, tree
from tests.fakes.processes import finish, python

OLD = {"a.py": "one\r\ntwo", "src/b.py": "\ufeffx = 1\n", "gone.txt": "bye\n"}
NEW: dict[str, str | None] = {
    "a.py": "one\r\n2", "src/b.py": "\ufeffx = 2\n", "gone.txt": None, "new/deep/c.py": "c\n",
}  # fmt: skip
MINE = "a person's own text"
KILLED = """
import asyncio, os, shutil, signal, sys
from pathlib import Path
from tests.fakes import edits as e
from tests.unit.infrastructure.workspace.test_crashes import MINE, NEW, OLD

place, mode, handle = Path(sys.argv[1]), sys.argv[2], getattr(e, sys.argv[3])
os.fsync = lambda descriptor: None  # a killed process loses nothing of what it has written

def killing(step):
    left = [step]
    def tick(name):
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
    return tick

def die_at(step, work):
    child = os.fork()
    if not child:
        asyncio.run(work(killing(step)))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

async def apply(tick):
    bench = e.edit_bench(place, tick, handle)
    await bench.editor.apply(str(bench.root), e.edits(OLD, NEW))

async def recover(tick):
    bench = e.edit_bench(place, tick, handle)
    return await bench.editor.recover(str(bench.root))

def fresh():
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    e.plant(e.edit_bench(place).root, OLD)
    (place / "project/a.py").chmod(0o750)
    return e.tree(place / "project")

def check(step):
    found = e.tree(place / "project")
    assert found in (old, new), (step, found)
    assert not e.edit_bench(place).store.unfinished(str(place / "project")), step
    seen.add(found == new)

fresh()
asyncio.run(apply(e.no_tick))
new, old, seen, step = e.tree(place / "project"), fresh(), set(), 0
while die_at(step, apply):
    if mode == "recover":
        outcomes = asyncio.run(recover(e.no_tick))
        assert not [one for one in outcomes if one.status == "conflict"], (step, outcomes)
        check(step)
    elif mode == "twice":
        again = 0
        while die_at(again, recover):
            again += 1
        check((step, again))
    else:
        path = place / "project" / mode
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(MINE)
        asyncio.run(recover(e.no_tick))
        found = e.tree(place / "project")
        assert found.pop(mode)[1].decode() == MINE, (step, mode)
        rest = [{name: file for name, file in one.items() if name != mode} for one in (old, new)]
        files = [{name: file for name, file in one.items() if file} for one in (found, *rest)]
        assert files[0] in files[1:], (step, found)
        seen |= {True, False}
    fresh()
    step += 5 if mode == "twice" else 1
assert step > 40 and seen == {True, False}, (step, seen)
print(step)
"""


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for a disk that does not lose its power here."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.mark.parametrize("handle", [TickingHandle, PlainHandle])
@pytest.mark.parametrize("mode", ["recover", "twice", "a.py", "gone.txt", "new/deep/c.py"])
@pytest.mark.slow
def test_killed_at_any_step_it_is_all_old_or_all_new(
    tmp_path: Path, mode: str, handle: type[TickingHandle]
) -> None:
    """Also when the recovery is killed at any step; and what a person wrote after the crash stays as it is."""
    [steps] = finish(python(KILLED, str(tmp_path / "place"), mode, handle.__name__))
    assert int(steps) > 40


@pytest.mark.parametrize("atomic", [True, False], ids=["renamed over", "written into"])
@pytest.mark.parametrize("path", ["a.py", "src/b.py", "gone.txt", "new/deep/c.py"])
async def test_what_a_person_writes_during_the_change_stays(tmp_path: Path, path: str, atomic: bool) -> None:
    """At whatever step: either all edits are there and theirs on top, or none is and theirs is; nothing is lost."""
    step, ended = 0, set()
    while True:
        place = tmp_path / str(step)
        place.mkdir()
        left = [step]

        def tick(name: str, place: Path = place, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == -1:
                _write_as_person(place / "project" / path, atomic)

        bench = edit_bench(place, tick)
        plant(bench.root, OLD)
        named, rest = path, NEW
        try:
            ended.add((await bench.editor.apply(str(bench.root), edits(OLD, NEW))).status)
        except EditConflict as error:
            ended.add(EditStatus.CONFLICT)
            named, rest = error.message, dict(OLD)
        assert path in named
        if left[0] >= 0:
            break
        files = {name: file[1].decode() for name, file in tree(bench.root).items() if file}
        assert files.pop(path) == MINE, step
        assert files == {name: text for name, text in rest.items() if text and name != path}, step
        assert not bench.store.unfinished(str(bench.root))
        step += 1
    assert step > 40
    assert ended == {EditStatus.COMMITTED, EditStatus.CONFLICT}


class Killed(BaseException):
    """The end of a process, as far as its files are concerned."""


@pytest.mark.parametrize("path", ["a.py", "gone.txt", "new/deep/c.py"])
async def test_what_a_person_writes_during_a_recovery_stays(tmp_path: Path, path: str) -> None:
    """At whatever step, after a crash in which all new files were in place already."""
    step, left = 0, [0]
    while left[0] <= 0:
        place, left = tmp_path / str(step), [step + 1]
        place.mkdir()

        def killed(name: str) -> None:
            if name == "before mark committed":
                raise Killed

        def tick(name: str, place: Path = place, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                _write_as_person(place / "project" / path, atomic=False)

        bench = edit_bench(place, killed)
        plant(bench.root, OLD)
        with pytest.raises(Killed):
            await bench.editor.apply(str(bench.root), edits(OLD, NEW))
        await edit_bench(place, tick).editor.recover(str(bench.root))
        files = {name: file[1].decode() for name, file in tree(bench.root).items() if file}
        if left[0] <= 0:
            assert files.pop(path) == MINE, step
        assert files == {name: text for name, text in OLD.items() if left[0] > 0 or name != path}, step
        step += 1
    assert step > 20


def _write_as_person(path: Path, atomic: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if atomic:
        path.with_name("swap").write_text(MINE)
        path.with_name("swap").replace(path)
    else:
        path.write_text(MINE)


@pytest.mark.parametrize("handle", [TickingHandle, PlainHandle])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
async def test_whatever_step_the_disk_refuses_nothing_is_half_written(
    tmp_path: Path, handle: type[TickingHandle], number: int
) -> None:
    """An error of the domain, and all old; or all new, when only sweeping up was refused."""
    step = 0
    while True:
        place = tmp_path / str(step)
        place.mkdir()
        left = [step]

        def tick(name: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == -1:
                raise OSError(number, os.strerror(number))

        bench = edit_bench(place, tick, handle)
        plant(bench.root, OLD)
        old = tree(bench.root)
        expected, told = {name: text for name, text in NEW.items() if text}, None
        try:
            await bench.editor.apply(str(bench.root), edits(OLD, NEW))
        except StorageError as error:
            expected, told = dict(OLD), error
        if told is not None:
            assert (told.code == "storage-full") == (number == errno.ENOSPC)
            assert str(place) in told.message
        if left[0] >= 0:
            break
        await bench.editor.recover(str(bench.root))
        files = {name: file[1].decode() for name, file in tree(bench.root).items() if file}
        assert files == expected, step
        if expected == OLD:
            assert tree(bench.root) == old, step
        step += 1
    assert step > 40


async def test_a_full_disk_is_said_and_leaves_all_as_it_was(tmp_path: Path) -> None:
    """A real limit of the kernel, hit half-way through a file."""
    bench = edit_bench(tmp_path)
    plant(bench.root, OLD)
    before = tree(bench.root)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StorageError, match="no room left") as caught:
            await bench.editor.apply(str(bench.root), edits(OLD, NEW | {"big.txt": "x" * 150_000}))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (caught.value.code, tree(bench.root)) == ("storage-full", before)
    assert (await bench.editor.apply(str(bench.root), edits(OLD, NEW))).status is EditStatus.COMMITTED


async def test_nothing_half_done_is_listed_as_unfinished_after_an_error(tmp_path: Path) -> None:
    """A change that failed says so in its checkpoint."""

    def full(step: str) -> None:
        if step == "before exchange":
            raise OSError(errno.ENOSPC, "full")

    bench = edit_bench(tmp_path, full)
    plant(bench.root, OLD)
    with pytest.raises(StorageError):
        await bench.editor.apply(str(bench.root), edits(OLD, NEW))
    [kept] = bench.store.list()
    assert kept.state not in UNFINISHED
    assert not kept.can_be_undone


HOLDER = """
import sys, time
from pathlib import Path
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.workspace.file_lock import FileEditLock

lock = FileEditLock(Path(sys.argv[1]), SystemClock())
print(lock.acquire("/project", sys.argv[2], 600).number, flush=True)
time.sleep(60)
"""


def test_a_lock_holds_over_processes_until_its_holder_is_killed(tmp_path: Path) -> None:
    """The second process is told the number of the first; after kill -9 the lock is free at once."""
    from muster.infrastructure.common.system_clock import SystemClock
    from muster.infrastructure.workspace.file_lock import FileEditLock

    holder = python(HOLDER, str(tmp_path), "run-1")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "1\n"
    lock = FileEditLock(tmp_path, SystemClock())
    with pytest.raises(LockHeld) as caught:
        lock.acquire("/project", "run-2", 60)
    assert caught.value.details["pid"] == holder.pid
    holder.kill()
    holder.communicate()
    ticket = lock.acquire("/project", "run-2", 60)
    assert ticket.number == 2
    lock.release(ticket)
    lock.close()
