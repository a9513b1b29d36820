"""What a turn costs beside the bare OpenAI SDK, and beside other libraries where `make bench-peers` brought them.

One server process answers all; each contender does the same tasks in a fresh process of its own. Contenders take turns
in every round, and each is compared with the bare SDK of the same round: what else the machine does hits all alike.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = 300
LATENCY = 0.1
CROWD = 1000
BASE = "bare_sdk"
OURS = "muster"
RATIOS = {"turn": 1.10, "tool turn": 1.15, "chain of 3": 1.15, "50 at once": 1.00}
AMOUNTS = {"fan of 10": 114.0, "memory": 50.0}
UNITS = {"fan of 10": "ms", "its best": "ms", "memory": "kB"}
TASKS = (*RATIOS, *UNITS)


@dataclass
class Contender:
    """A module of benchmarks.peers, the environment that it needs, and what was measured in each round."""

    module: str
    label: str
    packages: tuple[str, ...] = ()
    environment: str = ""
    rounds: list[dict[str, float]] = field(default_factory=list)
    trouble: str = ""

    @property
    def python(self) -> Path:
        """The interpreter that runs it."""
        return ROOT / self.environment / "bin" / "python" if self.environment else Path(sys.executable)


PEERS, CREWAI = ".venv-peers", ".venv-peers-crewai"


def contenders() -> list[Contender]:
    """The bare SDK first: the others are compared with it."""
    return [
        Contender(BASE, "bare SDK", ("openai",)),
        Contender("bare_sdk_aiohttp", "bare SDK, aiohttp", ("openai",)),
        Contender(OURS, "Muster", ("openai",)),
        Contender("langgraph", "LangGraph", ("langgraph", "openai"), PEERS),
        Contender("pydantic_ai", "Pydantic AI", ("pydantic-ai-slim", "openai"), PEERS),
        Contender("openai_agents", "OpenAI Agents", ("openai-agents", "openai"), PEERS),
        Contender("agno", "agno", ("agno", "openai"), PEERS),
        Contender("autogen", "AutoGen", ("autogen-agentchat", "openai"), PEERS),
        Contender("crewai", "CrewAI", ("crewai", "openai"), CREWAI),
    ]


def bench_turns() -> None:
    """Print CPU, wall time and memory of each contender, and whether Muster keeps its bars."""
    compare(contenders())


def compare(wanted: list[Contender]) -> None:
    """Measure and print those of `wanted` that are installed."""
    present = [one for one in wanted if one.python.exists()]
    absent = [one.label for one in wanted if not one.python.exists()]
    print(f"\nturns, {ROUNDS} rounds; × is the ratio to the bare SDK in the same round, medians throughout")
    for number in range(ROUNDS):
        with serving() as plain, serving("--latency", str(LATENCY)) as late:
            for one in present:
                one.rounds.append(_measured(one, "cpu", plain) | _measured(one, "fan", late))
        if number == 0:  # resident memory hardly varies, and a thousand turns take their time
            for one in present:
                one.rounds[-1] |= _memory(one)
    _print(present)
    if absent:
        print(f"  not installed (make bench-peers brings them): {', '.join(absent)}")


@contextmanager
def serving(*options: str) -> Iterator[str]:
    """A provider in a process of its own; gives its URL."""
    command = [sys.executable, "-m", "tests.fakes.provider_server", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def _measured(one: Contender, what: str, url: str) -> dict[str, float]:
    """What one fresh process measured; nothing once a contender has failed."""
    if one.trouble:
        return {}
    command = [one.python, "-m", f"benchmarks.peers.{one.module}", what, url]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
            env=_environment(),
        )
    except subprocess.TimeoutExpired:
        one.trouble = f"{what}: not done after {SECONDS} s"
        return {}
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        one.trouble = f"{what}: {said[-1][:160]}"
        return {}
    return dict(json.loads(lines[-1]))


def _memory(one: Contender) -> dict[str, float]:
    """Kilobytes a turn, measured while all are open at once; a contender that opens fewer has no such number."""
    with serving("--gather", str(CROWD)) as url:
        told = _measured(one, "memory", url)
        with urlopen(f"{url}/stats") as answer:  # noqa: S310 - the server that was just started
            most = json.load(answer)["most_at_once"]
    return told if most >= CROWD else {"open at once": most}


def _environment() -> dict[str, str]:
    """Nothing of this user's settings or keys, and no proxy."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONDONTWRITEBYTECODE": "1"}


def _median(one: Contender, task: str) -> float | None:
    values = [told[task] for told in one.rounds if task in told]
    return statistics.median(values) if values else None


def _ratio(one: Contender, base: Contender, task: str) -> float | None:
    pairs = zip(one.rounds, base.rounds, strict=True)
    ratios = [told[task] / floor[task] for told, floor in pairs if task in told and task in floor]
    return statistics.median(ratios) if ratios else None


def _print(present: list[Contender]) -> None:
    base = next(one for one in present if one.module == BASE)
    ours = next(one for one in present if one.module == OURS)
    _row("", TASKS)
    _row("bar for Muster", [_bar(task) for task in TASKS])
    _row("Muster", [_verdict(ours, base, task) for task in TASKS])
    for one in present:
        _row(one.label, [_cell(one, base, task) for task in TASKS])
    for one in present:
        if one.trouble:
            print(f"  {one.label} could not be measured: {one.trouble}")
        fewer = [told["open at once"] for told in one.rounds if "open at once" in told]
        if fewer and not one.trouble:
            print(
                f"  {one.label} had at most {max(fewer):.0f} of {CROWD} turns open at once: no number for memory"
            )
        print(f"  {one.label}: {', '.join(_versions(one))}")


def _row(label: str, cells: Iterable[str]) -> None:
    print(f"  {label:<18}" + "".join(f"{cell:>17}" for cell in cells))


def _bar(task: str) -> str:
    if task in RATIOS:
        return f"≤ {RATIOS[task]:.2f} ×"
    return f"< {AMOUNTS[task]:.0f} {UNITS[task]}" if task in AMOUNTS else ""


def _verdict(ours: Contender, base: Contender, task: str) -> str:
    if task in RATIOS:
        ratio = _ratio(ours, base, task)
        kept = None if ratio is None else ratio <= RATIOS[task]
    elif task not in AMOUNTS:
        return ""
    else:
        amount = _median(ours, task)
        kept = None if amount is None else amount < AMOUNTS[task]
    return {None: "not measured", True: "held", False: "MISSED"}[kept]


def _cell(one: Contender, base: Contender, task: str) -> str:
    amount = _median(one, task)
    if amount is None:
        return "-"
    if task in UNITS:
        return f"{amount:.1f} {UNITS[task]}"
    return f"{amount:.2f} ms {_ratio(one, base, task):.2f} ×"


def _versions(one: Contender) -> list[str]:
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    done = subprocess.run(
        [one.python, "-c", code, *one.packages], capture_output=True, text=True, check=False
    )
    return [f"{name} {told}" for name, told in zip(one.packages, done.stdout.split(), strict=False)]


if __name__ == "__main__":  # names of modules measure only those, beside the bare SDK and Muster
    compare([one for one in contenders() if not sys.argv[1:] or one.module in {BASE, OURS, *sys.argv[1:]}])
