"""Noise: findings of high or critical severity per thousand lines of clean, well-kept libraries.

The libraries are those installed beside Muster, so nothing is fetched. The floor beside each figure is what a plain
`ruff check --select F,E9,B,S` reports on the same code, every rule taken as a finding.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

from muster import Severity, sync

LIBRARIES = ("attr", "anyio", "click", "hypothesis", "packaging", "pluggy", "pydantic", "rich", "tomli_w")
BAR = 0.2


def bench_clean_libraries(tmp_path: Path) -> None:
    """Print a line a library."""
    print(f"\nhigh or critical findings per 1,000 lines; bar {BAR}")
    for name in LIBRARIES:
        found = importlib.util.find_spec(name)
        if found is None or not found.submodule_search_locations:
            print(f"  {name:<12} not installed: unmeasured")
            continue
        folder = tmp_path / name
        shutil.copytree(
            found.submodule_search_locations[0],
            folder / name,
            ignore=shutil.ignore_patterns("__pycache__", "*.so"),
        )
        run = sync.check(str(folder), settings={"data_dir": str(tmp_path / "data")})
        assert run.report is not None
        thousands = run.report.facts.code_lines / 1000
        severe = [finding for finding in run.findings if finding.severity.at_least(Severity.HIGH)]
        rules = ", ".join(sorted({finding.rule for finding in severe}))
        density = len(severe) / max(thousands, 0.001)
        print(
            f"  {name:<12} {thousands:6.1f} k lines  {density:5.2f}   plain ruff {_plain(folder) / thousands:6.2f}"
            f"   all severities {len(run.findings) / thousands:6.1f}   {rules}"
        )


def _plain(folder: Path) -> int:
    """How many violations ruff reports with whole rule sets."""
    ruff = Path(sys.executable).parent / "ruff"
    argv = [str(ruff), "check", "--isolated", "--no-cache", "--select", "F,E9,B,S", "--output-format", "json"]
    done = subprocess.run([*argv, str(folder)], capture_output=True, check=False)
    return len(json.loads(done.stdout))
