"""What `muster --help` costs: CPU and memory, beside the floor of starting Python and of importing click."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

REPEATS = 7
PROGRAMS = {
    "python -c pass": "pass",
    "import click": "import click",
    "muster --help": "from muster.presentation.cli.main import main; main(['--help'])",
    "import muster": "import muster",
}


TELL = """import atexit, sys
def tell():
    try:
        sys.stderr.write(open('/proc/self/status').read())
    except OSError:
        pass
atexit.register(tell)
"""


def cost(code: str) -> tuple[float, float]:
    """CPU milliseconds, and peak megabytes as the process itself sees them (0 where /proc is not there)."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-c", TELL + code], capture_output=True, text=True, env=environment, check=True
    )
    after = os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    peak = next((line.split()[1] for line in done.stderr.splitlines() if line.startswith("VmHWM")), "0")
    return cpu * 1000, int(peak) / 1024


def bench_start() -> None:
    """Print the median of seven starts of each."""
    floor = 0.0
    print(f"\nstart, median of {REPEATS}; bar for muster --help: 80 ms of CPU, 25 MB")
    for name, code in PROGRAMS.items():
        costs = [cost(code) for _ in range(REPEATS)]
        cpu = statistics.median(one for one, _ in costs)
        floor = floor or max(cpu, 0.1)
        memory = statistics.median(two for _, two in costs)
        print(f"  {name:<15} {cpu:6.1f} ms  {cpu / floor:4.1f} x bare Python  {memory:5.1f} MB")
