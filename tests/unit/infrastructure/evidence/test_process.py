"""Programs under limits of time, memory and output; nothing is left running."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from muster.domain.errors import EvidenceUnavailable
from muster.infrastructure.evidence.process import Limits, ToolRunner, find_program

SLEEPING_FAMILY = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path("pids.part").write_text(f"{child.pid}")
pathlib.Path("pids.part").rename("pids")
time.sleep(60)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def is_running(pid: int) -> bool:
    """Whether a process still does anything; one that is dead and only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int, seconds: float = 5.0) -> bool:
    """Whether a process ends within some seconds."""
    until = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not is_running(pid)


def wait_for(path: Path) -> str:
    """The text of a file, as soon as it is there."""
    until = time.monotonic() + 20
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.01)
    return path.read_text()


async def test_a_program_gets_its_input_and_gives_code_and_both_outputs(tmp_path: Path) -> None:
    code = "import sys; print(sys.stdin.read().upper()); print('oh', file=sys.stderr); sys.exit(3)"
    done = await ToolRunner().run(python(code), cwd=str(tmp_path), stdin=b"hello")
    assert (done.code, done.stdout, done.stderr) == (3, b"HELLO\n", b"oh\n")


async def test_keys_in_the_environment_do_not_reach_a_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_API_KEY", "not-a-key")
    done = await ToolRunner().run(
        python("import os; print('SERVICE_API_KEY' in os.environ)"), cwd=str(tmp_path)
    )
    assert done.stdout == b"False\n"


async def test_a_program_that_takes_too_long_ends_with_all_its_children(tmp_path: Path) -> None:
    runner = ToolRunner(Limits(seconds=1.5))
    with pytest.raises(EvidenceUnavailable, match=r"did not finish within 1\.5 s") as caught:
        await runner.run(python(SLEEPING_FAMILY), cwd=str(tmp_path))
    assert caught.value.code == "timed-out"
    assert ends(int((tmp_path / "pids").read_text()))


async def test_cancelling_ends_a_program_and_its_children_within_a_second(tmp_path: Path) -> None:
    running = asyncio.create_task(ToolRunner().run(python(SLEEPING_FAMILY), cwd=str(tmp_path)))
    child = int(await asyncio.to_thread(wait_for, tmp_path / "pids"))
    started = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ends(child)
    assert time.monotonic() - started < 1.0


async def test_a_program_that_prints_without_end_is_stopped(tmp_path: Path) -> None:
    runner = ToolRunner(Limits(output_mb=1))
    with pytest.raises(EvidenceUnavailable, match="printed more than 1 MB") as caught:
        await runner.run(python("while True: print('x' * 10_000)"), cwd=str(tmp_path))
    assert caught.value.code == "too-much-output"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of another process")
async def test_a_program_gets_no_more_memory_than_its_limit(tmp_path: Path) -> None:
    code = "import time; time.sleep(0.3)\ntry: b'x' * 600_000_000\nexcept MemoryError: print('refused')"
    done = await ToolRunner(Limits(memory_mb=300)).run(python(code), cwd=str(tmp_path))
    assert done.stdout == b"refused\n"


async def test_no_more_programs_run_at_a_time_than_there_are_slots(tmp_path: Path) -> None:
    runner = ToolRunner(slots=1)
    code = "import pathlib, time; p = pathlib.Path('busy'); p.mkdir(); time.sleep(0.1); p.rmdir()"
    done = await asyncio.gather(*(runner.run(python(code), cwd=str(tmp_path)) for _ in range(3)))
    assert [one.code for one in done] == [0, 0, 0]


async def test_a_program_that_cannot_be_started_says_why(tmp_path: Path) -> None:
    with pytest.raises(EvidenceUnavailable) as caught:
        await ToolRunner().run([str(tmp_path / "nothing")], cwd=str(tmp_path))
    assert caught.value.code == "cannot-start"


async def test_a_program_that_does_not_read_its_input_is_no_error(tmp_path: Path) -> None:
    done = await ToolRunner().run(python("print('done')"), cwd=str(tmp_path), stdin=b"x" * 5_000_000)
    assert (done.code, done.stdout) == (0, b"done\n")


def test_a_program_beside_this_python_is_found_first_and_a_missing_one_is_named() -> None:
    assert os.path.dirname(find_program("ruff")) == os.path.dirname(sys.executable)  # noqa: PTH120
    with pytest.raises(EvidenceUnavailable, match="no-such-program is not installed") as caught:
        find_program("no-such-program")
    assert caught.value.code == "missing"
