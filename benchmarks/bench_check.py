"""`muster check` on 150,000 lines of Python: cold, warm, and the most memory that all its processes held at once.

The project is put together from the standard library of the running Python, which is on every machine. Each figure is
the median of three runs; the floor beside it is reading and hashing the same files once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import threading
import time
from pathlib import Path

LINES = 150_000
REPEATS = 3
SKIPPED = {"test", "tests", "site-packages", "__pycache__", "idlelib", "lib2to3", "turtledemo", "ensurepip"}


def project(target: Path) -> int:
    """Copy whole modules into a package below `target` until there are enough lines; returns how many."""
    library = Path(sysconfig.get_paths()["stdlib"])
    package = target / "big"
    lines = 0
    for source in sorted(library.rglob("*.py")):
        relative = source.relative_to(library)
        if lines >= LINES or SKIPPED.intersection(relative.parts):
            continue
        copy = package / relative
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        lines += copy.read_bytes().count(b"\n")
    (target / "README.md").write_text("# big\n")
    return lines


def tree_kilobytes(root: int) -> int:
    """Proportional resident memory of a process and everything below it, 0 where /proc is not there."""
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        except (OSError, StopIteration):
            continue
    return total


def check(folder: Path, data: Path) -> tuple[float, int]:
    """Seconds of wall time and peak kilobytes of one `muster check`."""
    argv = [sys.executable, "-m", "muster", "check", str(folder), "--format", "json", "--quiet"]
    environment = {**os.environ, "MUSTER_DATA_DIR": str(data)}
    started = time.monotonic()
    with subprocess.Popen(
        argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    ) as process:
        peak = 0

        def watch() -> None:
            nonlocal peak
            while process.poll() is None:
                peak = max(peak, tree_kilobytes(process.pid))
                time.sleep(0.05)

        watcher = threading.Thread(target=watch)
        watcher.start()
        errors = process.stderr.read().decode() if process.stderr else ""
        process.wait()
        watcher.join()
    assert process.returncode in {0, 1, 5}, errors
    return time.monotonic() - started, peak


def floor(folder: Path) -> float:
    """Seconds to read and hash every file once."""
    started = time.monotonic()
    for file in folder.rglob("*.py"):
        hashlib.sha256(file.read_bytes()).hexdigest()
    return time.monotonic() - started


def bench_check(tmp_path: Path) -> None:
    """Print cold, warm, memory, and each as a ratio to the floor."""
    folder = tmp_path / "project"
    lines = project(folder)
    cold, warm, peaks, floors = [], [], [], []
    for repeat in range(REPEATS):
        data = tmp_path / f"data{repeat}"
        for times in (cold, warm):
            seconds, peak = check(folder, data)
            times.append(seconds)
            peaks.append(peak)
        floors.append(floor(folder))
    base = statistics.median(floors)
    print(f"\nmuster check, {lines} lines of Python, {os.cpu_count()} cores, median of {REPEATS}")
    for name, values, bar in (("cold", cold, 30.0), ("warm", warm, 5.0)):
        middle = statistics.median(values)
        ratio = f"{middle / base:6.0f} x reading and hashing ({base:.2f} s)"
        print(f"  {name:<6} {middle:6.2f} s   bar {bar:4.0f} s   {ratio}")
    said = f"{max(peaks) / 1024:6.0f} MB" if max(peaks) else "unmeasured (no /proc)"
    print(f"  memory {said}   bar  400 MB   highest sum over all processes at one moment")
