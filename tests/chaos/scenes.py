"""Stores at work, for power cuts and failing disks."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from muster.application.memory.promotion_sweeper import PromotionSweeper
from muster.domain.errors import UnknownName
from muster.domain.journal.record import Record, RecordKind
from muster.domain.memory.entry import Query
from muster.domain.orchestration.run import RunRecord, RunStatus
from muster.domain.ports.long_term_store import LongTermStore
from muster.infrastructure.common.sqlite import Database
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from tests.fakes.builders import plan
from tests.fakes.clock import START

from .power import Scene
from .recording import Trace, folder_recorded, sqlite_recorded

WRITERS, CHANGES, KEYS = 6, 14, 4
WORD = "lighthouse"
SOON = 0.02
"""Seconds after which a stashed entry is due."""
RUN = RunRecord("run-1", plan("one"), RunStatus.RUNNING, START)
EARLY_CHECKPOINTS = "PRAGMA wal_autocheckpoint = 12"
"""Pages; in earnest it is thousands, and no checkpoint would come in so short a time."""


async def _change(store: LongTermStore, trace: Trace, name: str, chance: random.Random) -> None:
    """Write, write anew and delete a few keys, one after another."""
    for number in range(CHANGES):
        key = f"long/{name}/{chance.randrange(KEYS)}"
        value = None if chance.random() < 0.2 else [WORD, name, number, "x" * chance.choice((0, 300, 9000))]
        trace.asked(key, value)
        if value is None:
            await store.delete(key)
        else:
            assert await store.store(key, value)
        trace.told(key, value)


async def _promote(short: EmbeddedShortTermStore, long: LongTermStore, trace: Trace) -> None:
    """Stash pairs, which are there together or not at all, and promote what is due meanwhile."""
    sweeper = PromotionSweeper(short, long, SystemClock())
    for number in range(CHANGES):
        pair = {f"due/{number}/a": [number, "a"], f"due/{number}/b": [number, "b"]}
        trace.asked(f"due/{number}", list(pair.values()))
        assert await short.stash_many(pair, SOON, promote_on_expiry=True)
        trace.told(f"due/{number}", list(pair.values()))
        await sweeper.sweep()


async def _append(journal: SqliteRunJournal, trace: Trace) -> None:
    """Record steps, two at a time."""
    trace.asked("run", 0)
    await journal.create(RUN)
    trace.told("run", 0)
    for number in range(2, CHANGES * 2, 2):
        trace.asked("run", number)
        pair = [Record(one, RecordKind.RESULT, f"one/{one}", START, 1, "{}") for one in (number - 1, number)]
        await journal.append(RUN.id, 1, pair)
        trace.told("run", number)


async def work_in_files(root: Path, trace: Trace, chance: random.Random) -> None:
    """Both tiers of memory and a run, all at once, each in a SQLite file; opened and closed twice."""
    for life in range(2):
        with ExitStack() as files:
            long = files.enter_context(closing(SqliteLongTermStore(root / "data" / "memory.db")))
            short = files.enter_context(
                closing(EmbeddedShortTermStore(SystemClock(), root / "data" / "working.db"))
            )
            journal = files.enter_context(closing(SqliteRunJournal(root / "data" / f"runs-{life}.db")))
            for database in _databases(long, short):
                await database.read(lambda c: c.execute(EARLY_CHECKPOINTS).fetchall())
            changes = [_change(long, trace, f"{life}-{one}", chance) for one in range(WRITERS)]
            more = () if life else (_promote(short, long, trace), _append(journal, trace))
            await asyncio.gather(*changes, *more)


async def found_in_files(root: Path) -> tuple[dict[str, object], list[str]]:
    """What there is, and what is not whole; the files take something new."""
    with ExitStack() as files:
        long = files.enter_context(closing(SqliteLongTermStore(root / "data" / "memory.db")))
        short = files.enter_context(
            closing(EmbeddedShortTermStore(SystemClock(), root / "data" / "working.db"))
        )
        journal = files.enter_context(closing(SqliteRunJournal(root / "data" / "runs-0.db")))
        found, wrong = await _remembered(long)
        waiting = await short.retrieve_many(await short.keys())
        pairs = defaultdict(list)
        for key, value in sorted(
            {**{key: found.pop(key) for key in list(found) if key[:4] == "due/"}, **waiting}.items()
        ):
            pairs[key[:-2]].append(value)
        found.update(pairs)
        try:
            numbers = [one.number for one in (await journal.open(RUN.id, force=True)).records]
            found["run"] = len(numbers)
            wrong += [] if numbers == list(range(1, len(numbers) + 1)) else [f"records {numbers} have a gap"]
        except UnknownName:
            pass
        for database in (*_databases(long, short), journal._database):
            said = await database.read(lambda c: c.execute("PRAGMA integrity_check").get)
            wrong += [] if said == "ok" else [f"{database.path.name}: {said}"]
        await long._database.write(
            lambda c: c.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        )
        assert await short.stash("new", 1)
    return found, wrong


def _databases(long: SqliteLongTermStore, short: EmbeddedShortTermStore) -> Sequence[Database]:
    assert isinstance(short._rows, Database)
    return long._database, short._rows


async def _remembered(store: LongTermStore) -> tuple[dict[str, object], list[str]]:
    keys = await store.list_keys()
    values = await asyncio.gather(*[store.retrieve(key) for key in keys])
    found = dict(zip(keys, values, strict=True))
    wrong = [f"{key} is listed and cannot be read" for key, value in found.items() if value is None]
    verified = await store.verify()
    wrong += [f"{key} is damaged" for key in verified.damaged]
    hits = {hit.entry.key for hit in await store.search(Query(words=WORD, limit=1000))}
    known = {key for key in keys if key.startswith("long/")}
    wrong += [f"{key} is not found by its word" for key in known - hits]
    assert await store.store("new", 1)
    assert await store.retrieve("new") == 1
    return {key: value for key, value in found.items() if value is not None}, wrong


async def work_in_folder(root: Path, trace: Trace, chance: random.Random) -> None:
    """Long-term memory in a folder of JSON files."""
    store = JsonFilesLongTermStore(root / "data" / "memory")
    await asyncio.gather(*[_change(store, trace, str(one), chance) for one in range(WRITERS // 2)])


async def found_in_folder(root: Path) -> tuple[dict[str, object], list[str]]:
    """What there is, and what is not whole."""
    return await _remembered(JsonFilesLongTermStore(root / "data" / "memory"))


FILES = Scene(sqlite_recorded, work_in_files, found_in_files)
FOLDER = Scene(folder_recorded, work_in_folder, found_in_folder)
