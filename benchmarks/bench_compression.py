"""Compression: gold answers that survive, limits that hold, and how long it takes.

Survival needs the conversations of LoCoMo (see `compression_set`; CC BY-NC 4.0, not part of this project):

    BENCH_QA=locomo-dev.json make bench

A gold answer survives when its words stand, in their order, in the compressed text. The weights of the strategies
were chosen on the half "tune" (BENCH_HALF=tune shows it); the figures are those of the half "report".
"""

from __future__ import annotations

import itertools
import os
import random
import statistics
import sys
import time
from pathlib import Path

import pytest

from benchmarks.compression_set import Question, load, normalised
from muster.application.compression.compressor import shrink
from muster.application.compression.registry import SELECTS
from muster.application.compression.room import Room
from muster.domain.ports.token_counter import TokenCounter
from muster.infrastructure.tokens.bpe_counter import BpeTokenCounter
from muster.infrastructure.tokens.estimating_counter import EstimatingCounter
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.odd_counter import OddCounter

RATIOS = (2, 4, 10)
BARS = (97, 94, 89)
CASES = 100_000
COUNTER = BpeTokenCounter()
ROWS = [("extractive", True), ("auto", True), ("keyword", True), ("truncation", False), ("keyword", False),
        ("extractive", False)]  # fmt: skip
PIECES = [
    "Cats sleep. ", "Dogs bark at Dr. Miller! ", "\n\n", "# Title\n", "def f(x):\n    'Doc.'\n    return x\n\n",
    "function g() {\n  return 1;\n}\n", "猫喜欢睡觉。", "😀👍🏽", "\0", "\ud800", "\r\n", " ", "\t",
    "x" * 300, "a b c d e ", "}", "class A:\n", "\u2028", "Ä. ß", "...", "import os\n", "if x:\n", "\x0c",
]  # fmt: skip


def survival(questions: list[Question], strategy: str, *, asked: bool) -> tuple[list[float], float]:
    """Per cent of gold answers that survive at each ratio, and seconds a text."""
    kept = [0] * len(RATIOS)
    started = time.process_time()
    for question in questions:
        tokens = COUNTER.count(question.context).tokens
        for place, ratio in enumerate(RATIOS):
            room = Room(tokens // ratio, COUNTER)
            text = shrink(question.context, room, SELECTS[strategy](), question.text if asked else "").text
            assert room.fits(text)
            kept[place] += question.gold in normalised(text)
    seconds = (time.process_time() - started) / len(questions) / len(RATIOS)
    return [100 * count / len(questions) for count in kept], seconds


def bench_survival() -> None:
    """Print for each strategy how many gold answers survive."""
    given = os.environ.get("BENCH_QA")
    if not given:
        pytest.skip("BENCH_QA names no file: survival of gold answers is not measured")
    questions = [one for one in load(Path(given)) if one.half == os.environ.get("BENCH_HALF", "report")]
    sizes = [COUNTER.count(one.context).tokens for one in questions]
    print(
        f"\ngold answers that survive, per cent of {len(questions)} questions over 15 documents of the same two"
    )
    print(f"speakers ({statistics.mean(sizes):,.0f} tokens a text on average)")
    print(f"  {'strategy':<24}" + "".join(f"{ratio:>6}x" for ratio in RATIOS) + "   a text")
    for strategy, asked in ROWS:
        figures, seconds = survival(questions, strategy, asked=asked)
        name = f"{strategy}{' with the question' if asked else ''}"
        print(f"  {name:<28.28}" + "".join(f"{one:7.1f}" for one in figures) + f"{seconds * 1000:6.0f} ms")
    print(f"  {'bar, for the first':<28}" + "".join(f"{bar:7}" for bar in BARS))


def bench_limits() -> None:
    """Print in how many generated cases the limit was broken: the bar is none."""
    rng = random.Random(7)  # noqa: S311 - cases that can be repeated
    counters: list[TokenCounter] = [
        COUNTER, CharacterCounter(), CharacterCounter(0.3), OddCounter(), EstimatingCounter(COUNTER, 1.5, 0.3),
    ]  # fmt: skip
    broken = changed = compressed = 0
    for number, strategy in zip(range(CASES), itertools.cycle(SELECTS), strict=False):
        text = "".join(rng.choice(PIECES) for _ in range(rng.randint(0, 12)))
        room = Room(rng.randint(0, 120), counters[number % len(counters)])
        left = shrink(text, room, SELECTS[strategy](), rng.choice(["", "cats", "f x"])).text
        broken += not room.fits(left)
        changed += room.limit > 0 and room.fits(text) and left is not text
        compressed += left is not text
    print(
        f"\nlimits: {CASES:,} generated cases, {compressed:,} of them compressed; broken {broken}, needlessly ",
        end="",
    )
    print(f"changed {changed} (bar 0 and 0)")
    assert (broken, changed) == (0, 0)


def _megabytes(count: int) -> str:
    source = Path(sys.modules["statistics"].__file__ or "").read_text(encoding="utf-8")
    return (source * (count * 1_000_000 // len(source) + 1))[: count * 1_000_000]


def bench_speed() -> None:
    """Print how long 10 MB take to count, and 1 MB to compress."""
    text = _megabytes(10)
    COUNTER.count("warm")
    started = time.process_time()
    tokens = COUNTER.count(text).tokens
    print(f"\ncounting 10 MB ({tokens:,} tokens): {time.process_time() - started:.2f} s of CPU   bar 0.50 s")
    text = text[:1_000_000]
    room = Room(COUNTER.count(text).tokens // 10, COUNTER)
    for strategy in SELECTS:
        started = time.process_time()
        shrink(text, room, SELECTS[strategy](), "" if strategy == "truncation" else "median of the data")
        print(f"  compressing 1 MB ten times by {strategy:<12}{time.process_time() - started:6.2f} s of CPU")
