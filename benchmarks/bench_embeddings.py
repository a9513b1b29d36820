"""Search by meaning: what it finds that words do not, and what it costs.

The model is the folder that MUSTER_EMBEDDER names (model.onnx, tokenizer.json); without one nothing is measured. LoCoMo
is read as bench_memory reads it. Weights were chosen on the first, third and fifth dialogue; the others tell.
What a search costs among many entries is measured with vectors by chance: no time depends on what they say.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.locomo import LOCOMO, remember, shares
from muster.domain.memory.entry import Origin, Query
from muster.domain.ports.embedder import Embedder
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.onnx_embedder import OnnxEmbedder
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore

MODEL = os.environ.get("MUSTER_EMBEDDER", "")
ENTRIES = int(os.environ.get("MUSTER_BENCH_ENTRIES", "100000"))
REPEATS, TOGETHER, SEARCHES = 3, 1000, 100


class ByChance(Embedder):
    """Vectors by chance for entries, which come many at a time, and the model's own for queries, which come alone."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self._chance = np.random.default_rng(1)

    def model(self) -> str:
        """Another one."""
        return "by chance"

    def dimension(self) -> int:
        """The model's."""
        return self._inner.dimension()

    def embed(self, texts: Sequence[str]) -> tuple[bytes, ...]:
        """One by one as the model, together by chance."""
        if len(texts) == 1:
            return self._inner.embed(texts)
        rows = self._chance.standard_normal((len(texts), self.dimension())).astype("<f4")
        return tuple((row / np.linalg.norm(row)).tobytes() for row in rows)


def megabytes() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def recall(dialogues: list[dict[str, Any]], model: Embedder) -> None:
    """Print what is found by words, and by words and meaning; and what a vector costs on the way."""
    words, both = list[list[float]](), list[list[float]]()
    for dialogue in dialogues:
        for found, embedder in ((words, None), (both, model)):
            store = InProcessLongTermStore(embedder=embedder)
            await remember(store, dialogue)
            await store.verify(repair=True)
            found.append(await shares(store, dialogue))
    halves = {"all of them": slice(None), "chosen on": slice(0, None, 2), "the others": slice(1, None, 2)}
    for name, half in halves.items():
        without, fused = (statistics.mean(itertools.chain(*one[half])) for one in (words, both))
        bar = " (bar .80)" if name == "all of them" else ""
        print(f"LoCoMo, {name}: recall@10 {fused:.4f}{bar}, by words alone {without:.4f}")


async def vectors(dialogues: list[dict[str, Any]], model: Embedder) -> None:
    """Print what the vector of an entry costs, a chat's turn, and that of a query, in processor time."""
    texts = [turn["text"] for turn in dialogues[0]["conversation"]["session_1"]] if dialogues else []
    texts = (texts or ["the parcel API answers 429 above five calls a second"]) * 20
    for _ in range(REPEATS):
        before, cpu = time.perf_counter(), time.process_time()
        model.embed(texts[:320])
        each, wall = (time.process_time() - cpu) / 320, (time.perf_counter() - before) / 320
        cpu = time.process_time()
        for text in texts[:40]:
            model.embed([text])
        alone = (time.process_time() - cpu) / 40
        print(
            f"a vector: {each * 1000:.1f} ms of processor time in batches ({wall * 1000:.1f} ms by the clock), "
            f"{alone * 1000:.1f} ms alone"
        )


async def searches(model: Embedder, folder: Path) -> None:
    """Print how long a search takes among many entries, by words alone and fused, and what the vectors take."""
    chance = random.Random(1)  # noqa: S311 - data to measure with
    words = [f"w{chance.getrandbits(40):x}" for _ in range(50_000)]
    weights = [1 / (rank + 10) for rank in range(len(words))]
    path = folder / "many.db"
    plain = SqliteLongTermStore(path)
    for first in range(0, ENTRIES, TOGETHER):
        await asyncio.gather(
            *[
                plain.store(
                    f"e/{n}",
                    None,
                    text=" ".join(chance.choices(words, weights, k=20)),
                    origin=Origin(conversation=f"{n // 20}"),
                )
                for n in range(first, first + TOGETHER)
            ]
        )
    asked = [" ".join(chance.choices(words, weights, k=6)) for _ in range(SEARCHES)]
    for _ in range(REPEATS):
        print(f"search by words, {ENTRIES:,} entries: {await times(plain, asked)}")
    plain.close()
    small, held = path.stat().st_size, megabytes()
    fused = SqliteLongTermStore(path, embedder=ByChance(model))
    started = time.process_time()
    await fused.verify(repair=True)
    took, more = time.process_time() - started, megabytes() - held
    await fused.search(Query(words=asked[0]))
    for _ in range(REPEATS):
        print(f"search fused, {ENTRIES:,} entries: {await times(fused, asked)}")
    fused.close()
    size = (path.stat().st_size - small) / 1e6
    print(
        f"vectors of {ENTRIES:,} entries: {size:.0f} MB in the file, {more:.0f} MB in memory at most, "
        f"{took:.0f} s of processor time to keep them"
    )


async def times(store: SqliteLongTermStore, asked: Sequence[str]) -> str:
    """How long these searches take, by the clock and in processor time."""
    walls, cpu = list[float](), time.process_time()
    for words in asked:
        started = time.perf_counter()
        await store.search(Query(words=words))
        walls.append((time.perf_counter() - started) * 1000)
    each = (time.process_time() - cpu) * 1000 / len(asked)
    walls.sort()
    p50, p95 = walls[len(walls) // 2], walls[len(walls) * 95 // 100]
    return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, {each:.1f} ms of processor time"


async def main() -> None:
    """Measure and print."""
    held = megabytes()
    model = OnnxEmbedder(Path(MODEL))
    started = time.process_time()
    model.dimension()
    print(
        f"{model.model()}: {model.dimension()} numbers, loaded in {time.process_time() - started:.1f} s of processor "
        f"time, {megabytes() - held:.0f} MB"
    )
    dialogues = json.loads(LOCOMO.read_text()) if LOCOMO.exists() else []
    await vectors(dialogues, model)
    if dialogues:
        await recall(dialogues, model)
    else:
        print(f"LoCoMo: not measured, {str(LOCOMO)!r} is not there")
    with tempfile.TemporaryDirectory() as folder:
        await searches(model, Path(folder))


def bench_embeddings() -> None:
    """All of it, where there is a model."""
    if MODEL:
        asyncio.run(main())
    else:
        print("search by meaning: unmeasured, MUSTER_EMBEDDER names no model")


if __name__ == "__main__":
    bench_embeddings()
