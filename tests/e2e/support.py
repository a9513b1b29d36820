"""The command line in processes of its own, and small projects for it to look at."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TRACED = "COVERAGE_PROCESS_START" in os.environ or "coverage" in sys.modules
PATIENCE = 30.0 if TRACED else 10.0
"""Seconds within which every command must have ended; counting lines takes up to three times as long."""
DROP_CAPABILITY = 24  # PR_CAPBSET_DROP of prctl
OVERRIDE, READ_SEARCH = 1, 2  # CAP_DAC_…

APP = '''\
"""Runs what it is given."""

import os
import subprocess


def calculate(given: str) -> object:
    """The value of `given`."""
    return eval(given)


def list_files(pattern: str) -> int:
    """Shows what fits `pattern`."""
    return subprocess.call("ls " + pattern, shell=True)
'''
USE = '''\
"""Uses the app."""

from shop.app import calculate, list_files

print(calculate("1"), list_files("*.py"))
'''


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended, and the seconds that it took."""

    code: int
    out: str
    err: str
    seconds: float = 0.0

    def json(self) -> Any:
        """Its standard output, all of it, as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one line that says what was wrong; fails unless that and a hint are all there is."""
        lines = self.err.splitlines()
        assert len(lines) == 2, self.err
        assert lines[0].startswith("muster: "), self.err
        assert lines[1].startswith("hint: "), self.err
        assert self.out == ""
        return lines[0].removeprefix("muster: ")

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The findings of a report in JSON."""
        found: list[dict[str, Any]] = self.json()["run"]["report"]["findings"]
        return found

    @property
    def fingerprints(self) -> set[str]:
        """What its findings are known by."""
        return {finding["fingerprint"] for finding in self.findings}


@dataclass(slots=True)
class Shell:
    """Somebody who sits in `folder` and calls muster; `bound` by permissions even where the tests are run as root."""

    folder: Path
    data: Path
    env: dict[str, str] = field(default_factory=dict)
    bound: bool = False

    def start(
        self, *args: str, env: Mapping[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        """A command that is left to itself, in a process group of its own; `options` are Popen's."""
        options = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            **options,
        }
        return subprocess.Popen[bytes](
            [sys.executable, "-m", "muster", *args],
            cwd=self.folder,
            env={**os.environ, "MUSTER_DATA_DIR": str(self.data), **self.env, **(env or {})},
            start_new_session=True,
            preexec_fn=forgo_privileges if self.bound else None,
            **options,
        )

    def __call__(self, *args: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Answer:
        """Run a command to its end; fails when that takes too long, or when a traceback is shown."""
        started = time.monotonic()
        process = self.start(*args, env=env, stdin=subprocess.PIPE)
        try:
            out, err = process.communicate(stdin.encode(), timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        answer = Answer(
            process.returncode, out.decode("utf-8"), err.decode("utf-8"), time.monotonic() - started
        )
        assert "Traceback" not in answer.err
        assert "internal error" not in answer.err, answer.err
        return answer


def forgo_privileges() -> None:
    """Give up root's right to read and write everything, for whatever this process becomes next."""
    if os.geteuid() == 0:
        kernel = ctypes.CDLL(None)
        for capability in (OVERRIDE, READ_SEARCH):
            kernel.prctl(DROP_CAPABILITY, capability, 0, 0, 0)


def git(folder: Path, *args: str) -> str:
    """What git answers in `folder`."""
    somebody = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"]
    done = subprocess.run(["git", *somebody, *args], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path) -> str:
    """Everything there is as a new commit; its hash."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "as it is")
    return git(folder, "rev-parse", "HEAD")


def shop(folder: Path) -> Path:
    """A small repository in `folder`: two severe problems and an unused import in shop/app.py, one clean file."""
    package = folder / "shop"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""A shop."""\n')
    (package / "app.py").write_text(APP)
    (package / "use.py").write_text(USE)
    (folder / "README.md").write_text("# Shop\n\nSells things.\n")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder)
    return folder


def warehouse(folder: Path, files: int) -> Path:
    """A project large enough to be interrupted while it is looked at: about 200 lines a file."""
    lines = (
        "def work_{n}(a, b):\n    for x in range(b):\n        if x % 2:\n            eval(a)\n    return a\n"
    )
    for number in range(files):
        package = folder / f"part{number % 20}"
        package.mkdir(parents=True, exist_ok=True)
        text = "\n\n".join(lines.replace("{n}", f"{number}_{n}") for n in range(30))
        (package / f"module_{number}.py").write_text("import os\n\n\n" + text)
    return folder


def living(data: Path) -> list[str]:
    """Command lines of all processes that were started for the data folder `data`, or by those."""
    return [line for pid, line in _processes() if str(data).encode() in _read(f"/proc/{pid}/environ")]


def children(session: int) -> set[int]:
    """Processes below the process `session`, however deep."""
    parents = {pid: _parent(pid) for pid, _ in _processes()}
    found: set[int] = set()
    while more := {pid for pid, parent in parents.items() if parent in {session, *found}} - found:
        found |= more
    return found


def alive(pids: set[int]) -> set[int]:
    """Those of `pids` that still run; a zombie does not."""
    return {pid for pid in pids if _read(f"/proc/{pid}/cmdline")}


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Makes sure that `process` is gone afterwards, however the test ends."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _processes() -> list[tuple[int, str]]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    return [
        (pid, _read(f"/proc/{pid}/cmdline").replace(b"\0", b" ").decode(errors="replace")) for pid in pids
    ]


def _parent(pid: int) -> int:
    fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return int(fields[1]) if fields else 0


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
