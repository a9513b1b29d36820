"""What every sandbox promises, whatever the code in it tries."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from muster.domain.errors import UserError
from muster.domain.ports.code_sandbox import CodeSandbox
from muster.domain.sandbox.suite import Isolation, LimitHit, Outcome, SandboxLimits, SandboxResult
from muster.infrastructure.sandbox import process_sandbox
from muster.infrastructure.sandbox.process_sandbox import ProcessSandbox

SMALL = SandboxLimits(seconds=20, cpu_seconds=5, memory_mb=512, output_bytes=100_000, processes=4, file_mb=1)
SECRET = "sk-planted-in-the-parent-3141"
KINDS = ("namespace-pytest", "hook-pytest", "namespace-unittest", "hook-unittest")


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sandboxes make their folders where it can be seen that nothing is left of them, and of their processes."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    before = processes_in(tmp_path)
    yield
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("muster-sandbox-")] == []
    assert processes_in(tmp_path) == before == set()


@pytest.fixture(params=KINDS)
def sandbox(request: pytest.FixtureRequest) -> CodeSandbox:
    """Each adapter in each of its ways."""
    kind, _, runner = str(request.param).partition("-")
    made = ProcessSandbox(runner=runner, namespaces=kind == "namespace")
    if kind == "namespace" and not namespaces_can_be_had():
        pytest.skip("this kernel makes no namespaces for us")
    return made


def namespaces_can_be_had() -> bool:
    """Whether this machine lets its users make namespaces."""
    if not CAN:
        check = ProcessSandbox(Isolation.NAMESPACE, "unittest").run_tests(
            {"test_a.py": "def test_a(): pass\n"}
        )
        CAN.append(asyncio.run(check).passed)
    return CAN[0]


CAN: list[bool] = []


def processes_in(folder: Path) -> set[int]:
    """Processes that work in `folder`, or whose command line names it."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            where = str((entry / "cwd").readlink())
            said = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if where.startswith(f"{folder}/") or f"{folder}/muster-sandbox-" in said:
            found.add(int(entry.name))
    return found


async def run(sandbox: CodeSandbox, test: str, limits: SandboxLimits = SMALL, **files: str) -> SandboxResult:
    """The result of one test module, with modules beside it."""
    modules = {f"{name}.py": text for name, text in files.items()}
    return await sandbox.run_tests({"test_it.py": test, **modules}, limits)


def names_in(folder: Path) -> list[str]:
    """What lies in `folder`."""
    return [path.name for path in folder.iterdir()]


def outcomes(result: SandboxResult) -> dict[str, str]:
    """How each test ended, by its bare name."""
    return {case.name.rpartition("::")[2]: case.outcome.value for case in result.cases}


async def test_each_test_is_told_by_name_with_why_it_failed(sandbox: CodeSandbox) -> None:
    """Functions and unittest classes, in modules that import each other; counts add up."""
    test = """
import unittest
from shop.basket import total

def test_sums(): assert total([1, 2]) == 3
def test_wrong():
    assert total([1]) == 2, "one is not two"

class Basket(unittest.TestCase):
    def test_none(self): self.assertEqual(total([]), 0)
    @unittest.skip("later")
    def test_later(self): raise AssertionError
    def test_boom(self): raise ValueError("boom from inside")
"""
    result = await sandbox.run_tests(
        {
            "shop/__init__.py": "",
            "shop/basket.py": "def total(xs): return sum(xs)\n",
            "tests/test_it.py": test,
        },
        SMALL,
    )

    told = {name.rpartition(".")[2]: outcome for name, outcome in outcomes(result).items()}
    assert told == {
        "test_sums": "passed", "test_wrong": "failed", "test_none": "passed",
        "test_later": "skipped", "test_boom": "failed",
    }  # fmt: skip
    assert [result.count(one) for one in Outcome] == [2, 2, 0, 1]
    why = {case.name: case.detail for case in result.cases if case.outcome is Outcome.FAILED}
    assert any("one is not two" in said for said in why.values())
    assert any("boom from inside" in said for said in why.values())
    assert result.completed
    assert not result.passed
    assert result.runner == sandbox.runner


async def test_what_held_is_said(sandbox: CodeSandbox, request: pytest.FixtureRequest) -> None:
    """Namespace or hook alone: the result names what it was, and a suite that passes says so."""
    result = await run(sandbox, "def test_it(): assert True\n")
    expected = Isolation.NAMESPACE if "namespace" in request.node.name else Isolation.AUDIT_HOOK
    assert (result.passed, result.isolation) == (True, expected)
    assert result.duration > 0


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"test_it.py": "x = 1\n"}, "no tests ran"),
        ({"code.py": "x = 1\n"}, "no tests ran"),
        ({"test_it.py": "import unittest\nclass T(unittest.TestCase): pass\n"}, "no tests ran"),
    ],
)
async def test_no_tests_are_no_success(sandbox: CodeSandbox, files: dict[str, str], reason: str) -> None:
    """Nothing failed, for nothing was tried."""
    result = await sandbox.run_tests(files, SMALL)
    assert (result.passed, result.completed, result.reason) == (False, False, reason)


async def test_a_suite_in_which_everything_is_skipped_has_not_passed(sandbox: CodeSandbox) -> None:
    """It ran to its end, and showed nothing."""
    test = "import unittest\n@unittest.skip('no')\nclass T(unittest.TestCase):\n    def test_a(self): pass\n"
    result = await run(sandbox, test)
    assert (result.completed, result.passed, result.count(Outcome.SKIPPED)) == (True, False, 1)


async def test_a_module_that_cannot_be_read_is_an_error_with_its_line(sandbox: CodeSandbox) -> None:
    """A syntax error in the code or in the test; the other modules' tests still run."""
    result = await sandbox.run_tests(
        {
            "broken.py": "def f(:\n",
            "test_a.py": "import broken\ndef test_a(): pass\n",
            "test_b.py": "def test_b(): pass\n",
        },
        SMALL,
    )
    bad = [case for case in result.cases if case.outcome is Outcome.ERROR]
    assert len(bad) == 1
    assert "def f(:" in bad[0].detail
    assert not result.passed


@pytest.mark.parametrize(
    ("test", "limit", "words"),
    [
        ("def test_it():\n    import time\n    time.sleep(60)\n", LimitHit.SECONDS, "1.5 s"),
        ("import time\ntime.sleep(60)\ndef test_it(): pass\n", LimitHit.SECONDS, "1.5 s"),
        ("def test_it():\n    while True: print('x' * 1000, flush=True)\n", LimitHit.OUTPUT, "bytes"),
    ],
    ids=["endless", "import-hangs", "output"],
)
async def test_what_does_not_end_is_ended(
    sandbox: CodeSandbox, test: str, limit: LimitHit, words: str
) -> None:
    """In a test, while being imported, or by talking without end."""
    seconds = 20 if limit is LimitHit.OUTPUT else 1.5
    limits = SandboxLimits(seconds, cpu_seconds=10, memory_mb=512, output_bytes=100_000)
    result = await run(sandbox, test, limits)
    assert (result.completed, result.passed, result.limit) == (False, False, limit)
    assert words in result.reason


async def test_processor_time_is_bounded(sandbox: CodeSandbox) -> None:
    """A loop that does nothing ends by its own clock, not by everybody's; what passed before is kept."""
    test = "def test_a(): pass\ndef test_b():\n    while True: pass\n"
    result = await run(sandbox, test, SandboxLimits(seconds=30, cpu_seconds=3, memory_mb=512))
    assert (result.completed, result.limit) == (False, LimitHit.CPU)
    assert outcomes(result) == {"test_a": "passed"}


async def test_memory_is_bounded(sandbox: CodeSandbox) -> None:
    """Who takes more than there is gets an error in the test; the tests after it run."""
    test = "def test_hog():\n    x = bytearray(2 << 30)\ndef test_after(): pass\n"
    result = await run(sandbox, test)
    assert outcomes(result) == {"test_hog": "failed", "test_after": "passed"}
    assert result.limit is LimitHit.MEMORY


async def test_a_file_cannot_grow_without_end(sandbox: CodeSandbox) -> None:
    """One file is at most as large as the limit says."""
    test = "def test_it():\n    with open('big', 'wb') as f:\n        f.write(b'x' * (3 << 20))\n"
    result = await run(sandbox, test)
    assert outcomes(result) == {"test_it": "failed"}
    assert "File too large" in result.cases[0].detail


async def test_a_fork_bomb_is_small(sandbox: CodeSandbox) -> None:
    """Processes are counted over all generations; the suite ends in time, and nobody is left."""
    test = """
import os, time
def test_bomb():
    while True:
        if os.fork() == 0:
            while True:
                try: os.fork()
                except BlockingIOError: time.sleep(0.05)
"""
    result = await run(sandbox, test, SandboxLimits(seconds=5, cpu_seconds=2, memory_mb=512, processes=4))
    assert not result.passed
    assert any("more processes" in case.detail for case in result.cases) or result.limit is not None


DOUBLE_FORK = """
import os, time
def test_it():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for fd in (0, 1, 2): os.close(fd)
        time.sleep(60)
        os._exit(0)
    assert True
"""


async def test_nobody_is_left_behind(sandbox: CodeSandbox) -> None:
    """Children in sessions of their own end with the suite, and it does not wait for them."""
    result = await run(sandbox, DOUBLE_FORK)
    assert result.passed, result
    assert result.duration < 20


async def test_nobody_is_left_behind_when_time_is_up(sandbox: CodeSandbox) -> None:
    """The same, when the suite itself does not end either."""
    result = await run(
        sandbox, DOUBLE_FORK + "    time.sleep(60)\n", SandboxLimits(seconds=1.5, memory_mb=512)
    )
    assert result.limit is LimitHit.SECONDS


async def test_nobody_is_left_behind_when_cancelled(sandbox: CodeSandbox, tmp_path: Path) -> None:
    """Whoever cancels gets back only when processes and files are gone."""
    task = asyncio.create_task(run(sandbox, DOUBLE_FORK + "    time.sleep(60)\n"))
    async with asyncio.timeout(30):
        while len(processes_in(tmp_path)) < 3:  # noqa: ASYNC110 - other processes have no event to wait for
            await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert processes_in(tmp_path) == set()


NETWORK = """
import socket, pytest_or_not as p
def test_connect():
    with p.refused(): socket.create_connection(("127.0.0.1", PORT), timeout=2)
def test_names():
    with p.refused(): socket.getaddrinfo("localhost", 80)
def test_listen():
    with p.refused(): socket.socket().bind(("127.0.0.1", 0))
def test_datagram():
    with p.refused(): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", PORT))
def test_service():
    with p.refused(): socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock")
def test_loop():
    import asyncio
    async def one(): return 1
    assert asyncio.run(one()) == 1
"""
REFUSED = """
from contextlib import contextmanager
@contextmanager
def refused(kind=PermissionError):
    try: yield
    except kind as error: assert "sandbox" in str(error), error
    else: raise AssertionError("it was let through")
"""


async def test_there_is_no_network(sandbox: CodeSandbox) -> None:
    """Not even to this machine; a server that listens is never reached. Event loops still work."""
    reached = []

    async def reach(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(1)
        writer.close()

    server = await asyncio.start_server(reach, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        result = await run(sandbox, NETWORK.replace("PORT", str(port)), pytest_or_not=REFUSED)
    assert set(outcomes(result).values()) == {"passed"}, result
    assert (len(result.cases), reached) == (6, [])


async def test_no_key_and_no_file_of_the_user_is_seen(sandbox: CodeSandbox, tmp_path: Path) -> None:
    """Neither the environment nor any file outside of the suite's folder is readable from Python."""
    (tmp_path / "key").write_text(SECRET)
    test = f"""
import os, pathlib, sqlite3, pytest_or_not as p
def test_environment():
    assert not [name for name in os.environ if "KEY" in name or "MUSTER" in name], os.environ
    assert {SECRET!r} not in str(os.environ)
def test_parents_environment():
    with p.refused(): open("/proc/{os.getpid()}/environ", "rb")
def test_home():
    with p.refused(): os.listdir({str(Path.home())!r})
def test_file():
    with p.refused(): open({str(tmp_path / "key")!r})
def test_link():
    os.symlink({str(tmp_path / "key")!r}, "link")
    with p.refused(): open("link")
def test_way_up():
    with p.refused(): open("../../key")
def test_passwords():
    with p.refused(): pathlib.Path("/etc/passwd").read_text()
"""
    result = await run(sandbox, test, pytest_or_not=REFUSED)
    assert set(outcomes(result).values()) == {"passed"}, result
    assert len(result.cases) == 7


async def test_nothing_outside_is_written(sandbox: CodeSandbox, tmp_path: Path) -> None:
    """By no call that Python has for it; inside, and in the folder for temporary files, everything goes."""
    mine = tmp_path / "mine"
    mine.write_text("mine")
    test = f"""
import os, shutil, sqlite3, tempfile, pytest_or_not as p
MINE, THERE = {str(mine)!r}, {str(tmp_path / "there")!r}
def test_write():
    with p.refused(): open(THERE, "w")
def test_append():
    with p.refused(): open(MINE, "a")
def test_low():
    with p.refused(): os.open(THERE, os.O_CREAT | os.O_WRONLY)
def test_remove():
    with p.refused(): os.remove(MINE)
def test_move():
    with p.refused(): os.rename(MINE, "here")
def test_folder():
    with p.refused(): os.mkdir(THERE)
def test_mode():
    with p.refused(): os.chmod(MINE, 0)
def test_database():
    with p.refused(): sqlite3.connect(THERE)
def test_hard_link():
    with p.refused(): os.link(MINE, "here")
def test_inside():
    open("here", "w").write("x"); os.mkdir("d"); os.rename("here", "d/there"); shutil.rmtree("d")
    sqlite3.connect(":memory:").close()
    with tempfile.TemporaryDirectory() as folder: open(folder + "/x", "w").close()
"""
    result = await run(sandbox, test, pytest_or_not=REFUSED)
    assert set(outcomes(result).values()) == {"passed"}, result
    assert len(result.cases) == 10
    assert names_in(tmp_path) == ["mine"]
    assert (mine.read_text(), mine.stat().st_mode & 0o777 != 0) == ("mine", True)


async def test_no_program_is_started_and_nobody_else_is_killed(sandbox: CodeSandbox) -> None:
    """Neither the parent nor a stranger; its own children a test may end."""
    test = f"""
import ctypes, os, signal, subprocess, sys, pytest_or_not as p
def test_run():
    with p.refused(): subprocess.run([sys.executable, "-c", "pass"])
def test_shell():
    with p.refused(): os.system("true")
def test_machine_code():
    with p.refused(): ctypes.CDLL("libc.so.6")
def test_parent():
    with p.refused(): os.kill(os.getppid(), signal.SIGKILL)
def test_stranger():
    with p.refused(): os.kill({os.getpid()}, signal.SIGTERM)
def test_everybody():
    with p.refused(): os.kill(-1, signal.SIGKILL)
def test_child():
    pid = os.fork()
    if pid == 0: signal.pause()
    os.kill(pid, signal.SIGKILL)
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL
"""
    result = await run(sandbox, test, pytest_or_not=REFUSED)
    assert set(outcomes(result).values()) == {"passed"}, result
    assert len(result.cases) == 7


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("import sys; sys.exit(0)", "failed"),
        ("import os; os._exit(0)", ""),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", ""),
        ("import ctypes; ctypes.string_at(0)", ""),
    ],
    ids=["sys.exit", "os._exit", "suicide", "crash"],
)
async def test_leaving_early_is_no_success(sandbox: CodeSandbox, body: str, expected: str) -> None:
    """Exit code 0 of a process that did not finish its tests says nothing."""
    result = await run(sandbox, f"def test_a(): pass\ndef test_b():\n    {body}\n")
    assert not result.passed
    assert outcomes(result) == {"test_a": "passed"} | ({"test_b": expected} if expected else {})
    assert bool(result.reason) is not bool(expected)


async def test_leaving_while_being_imported_is_no_success(sandbox: CodeSandbox) -> None:
    """`sys.exit(0)` at the top of a module."""
    result = await run(sandbox, "import sys\nsys.exit(0)\ndef test_a(): pass\n")
    assert not result.passed
    assert result.reason or result.count(Outcome.ERROR)


@pytest.mark.parametrize("path", ["../test_a.py", "/test_a.py", "a/../../test_a.py", "", "a\0.py", "C:/a.py"])
async def test_a_path_that_leaves_the_folder_is_refused(sandbox: CodeSandbox, path: str) -> None:
    """Before anything is written."""
    with pytest.raises(UserError, match="cannot be put"):
        await sandbox.run_tests({path: "x = 1\n"})


async def test_threads_and_child_processes_are_fine(sandbox: CodeSandbox) -> None:
    """Within the limits, concurrent code is code like any other."""
    test = """
import multiprocessing, threading
def work(queue): queue.put(7)
def test_threads():
    done = []
    threads = [threading.Thread(target=done.append, args=(n,)) for n in range(20)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    assert sorted(done) == list(range(20))
def test_processes():
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=work, args=(queue,))
    child.start()
    assert queue.get() == 7
    child.join()
"""
    result = await run(sandbox, test)
    assert outcomes(result) == {"test_threads": "passed", "test_processes": "passed"}, result


async def test_many_suites_run_at_once(sandbox: CodeSandbox) -> None:
    """Each in a folder of its own, each with its own answer."""
    tests = [f"import m\ndef test_{n}(): assert m.x == {n}\n" for n in range(3)]
    results = await asyncio.gather(*(run(sandbox, test, m=f"x = {n}\n") for n, test in enumerate(tests)))
    assert [(one.passed, list(outcomes(one))) for one in results] == [(True, [f"test_{n}"]) for n in range(3)]


async def test_the_kernel_holds_without_the_hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In namespaces, code that got past the hook still finds no network, no process, no key, nothing to write."""
    if not namespaces_can_be_had():
        pytest.skip("this kernel makes no namespaces for us")
    unguarded = process_sandbox.BOOTSTRAP.replace(
        "module.main(",
        "Guard = getattr(module, 'Guard', module); Guard.stand = lambda self: None; module.main(",
    )
    monkeypatch.setattr(process_sandbox, "BOOTSTRAP", unguarded)
    test = f"""
import os, pathlib, signal, socket, subprocess, pytest_or_not as p
def test_no_network():
    with p.refused(OSError): socket.create_connection(("127.0.0.1", PORT), timeout=2)
def test_no_names():
    with p.refused(OSError): socket.getaddrinfo("example.org", 80)
def test_no_writing():
    with p.refused(OSError): open({str(tmp_path / "there")!r}, "w")
def test_no_writing_elsewhere():
    with p.refused(OSError): open("/usr/here", "w")
def test_no_parent():
    assert {os.getpid()} not in [int(x) for x in os.listdir("/proc") if x.isdigit()]
    with p.refused(OSError): os.kill({os.getpid()}, 0)
def test_no_key():
    for path in pathlib.Path("/proc").glob("*/environ"):
        try: assert {SECRET!r}.encode() not in path.read_bytes()
        except OSError: pass
def test_no_services():
    assert os.listdir("/run") == []
def test_no_rights():
    with p.refused(OSError): os.chroot(".")
    with p.refused(OSError): os.setuid(0)
def test_programs_are_kept_in_too():
    assert subprocess.run(["/bin/sh", "-c", "touch /usr/here"], capture_output=True).returncode
"""
    any_refusal = REFUSED.replace('assert "sandbox" in str(error), error', "pass")
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        test = test.replace("PORT", str(server.sockets[0].getsockname()[1]))
        result = await run(ProcessSandbox(), test, pytest_or_not=any_refusal)
    assert set(outcomes(result).values()) == {"passed"}, result
    assert (len(result.cases), result.isolation, result.read_only) == (9, Isolation.NAMESPACE, True)


async def test_without_the_wanted_isolation_nothing_runs() -> None:
    """Whoever wants namespaces and cannot have them is told so; the code was not started."""
    sandbox = ProcessSandbox(Isolation.NAMESPACE, namespaces=False)
    result = await sandbox.run_tests({"test_a.py": "def test_a(): pass\n"})
    assert (result.passed, result.completed, result.cases, result.isolation) == (False, False, (), None)
    assert "namespaces" in result.reason


async def test_what_cannot_even_be_started_says_nothing_about_the_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No interpreter, no room: it was not run, and the reason is told; it is no exception."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    result = await ProcessSandbox(runner="unittest").run_tests({"test_a.py": "def test_a(): pass\n"})
    assert (result.ran, result.passed) == (False, False)
    assert "could not be started: No such file" in result.reason


async def test_a_kernel_that_refuses_namespaces_leaves_the_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first suite finds it out, and is run all the same, unless namespaces are required."""
    refusing = process_sandbox.BOOTSTRAP.replace(
        "module.main(", "kernel = getattr(module, 'kernel', module); kernel.SPACES = -1; module.main("
    )
    monkeypatch.setattr(process_sandbox, "BOOTSTRAP", refusing)
    files = {"test_a.py": "def test_a(): pass\n"}
    result = await ProcessSandbox(runner="unittest").run_tests(files)
    assert (result.passed, result.isolation) == (True, Isolation.AUDIT_HOOK)
    assert (await ProcessSandbox(Isolation.NAMESPACE, "unittest").run_tests(files)).cases == ()
