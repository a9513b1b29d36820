"""Search by meaning: vectors that follow the entries of a store, a little behind them."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

import apsw

from ...domain.errors import MusterError, StorageError
from ...domain.ports.embedder import Embedder
from .record import undated
from .vector_rows import Wanted, begin, changes, is_of, put, wanted

if TYPE_CHECKING:
    from .search_index import TextIndex
    from .vector_files import VectorFiles
    from .vector_matrix import Near, VectorMatrix

T = TypeVar("T")
AT_ONCE, CHUNK = 32, 4000
"""Vectors that are made together, and that are read together."""
MOST = 100_000
"""Entries that have vectors: that many are 150 MB in memory with 384 numbers each."""
log = logging.getLogger(__name__)


class Rows(Protocol):
    """A database with a table of entries as SearchIndex knows it; both calls keep event loops waiting for nothing."""

    def read(self, work: Callable[[apsw.Connection], T]) -> Awaitable[T]:
        """Call `work` with the connection."""
        ...

    def write(self, work: Callable[[apsw.Connection], T]) -> Awaitable[T]:
        """Call `work` in a transaction."""
        ...


class TextRows(Rows):
    """Those of a TextIndex, which is used under `lock`."""

    def __init__(self, lock: threading.Lock, index: TextIndex) -> None:
        self._lock = lock
        self._index = index

    async def read(self, work: Callable[[apsw.Connection], T]) -> T:
        """On a thread of its own, since it may wait for the lock."""
        return await asyncio.to_thread(self._do, work)

    async def write(self, work: Callable[[apsw.Connection], T]) -> T:
        """Nobody else sees the table meanwhile."""
        return await asyncio.to_thread(self._do, work)

    def _do(self, work: Callable[[apsw.Connection], T]) -> T:
        with self._lock:
            return self._index.do(work)


class Meaning:
    """The vectors of one store: made after its entries, read into memory, compared with queries.

    No write waits for a vector. A search makes up to 32 that are wanted, which covers what was stored since the last
    one; when there are more, it goes on beside, and until that is done the rest is found by words alone. What has no
    text has no vector, and what is encrypted has no text. Of more than 100,000 entries the first have vectors.
    """

    def __init__(
        self, rows: Rows, embedder: Embedder, most: int = MOST, files: VectorFiles | None = None
    ) -> None:
        self._rows = rows
        self._embedder = embedder
        self._most = most
        self._files = files
        self._making = threading.Lock()
        self._matrix: VectorMatrix | None = None
        self._beside: set[asyncio.Task[None]] = set()
        self._told = False

    async def near(self, words: str) -> Near | None:
        """How near each entry is to `words`, if they say anything. Raises ConfigurationError without a model."""
        if not words.strip():
            return None
        matrix = await self._ready()
        if await self._make(matrix) == AT_ONCE and not self._beside:
            task = asyncio.create_task(self._go_on(matrix))
            self._beside.add(task)
            task.add_done_callback(self._beside.discard)
        await self._follow(matrix)
        return await asyncio.to_thread(lambda: matrix.near(self._embedder.embed([words])[0]))

    async def catch_up(self) -> int:
        """Make all vectors that are wanted; how many those were."""
        matrix, made = await self._ready(), 0
        while more := await self._make(matrix):
            made += more
        await self._follow(matrix)
        return made

    async def _ready(self) -> VectorMatrix:
        """The matrix; of a store that holds vectors of another model, or none, all are wanted first."""
        model = await asyncio.to_thread(self._embedder.model)
        if not await self._rows.read(lambda c: is_of(c, model)):
            await self._rows.write(lambda c: begin(c, model))
        if self._matrix is None:
            from .vector_matrix import VectorMatrix

            self._matrix = VectorMatrix(await asyncio.to_thread(self._embedder.dimension))
        return self._matrix

    async def _make(self, matrix: VectorMatrix) -> int:
        """Make the vectors that are wanted most; how many. None while somebody else is at it."""
        if not self._making.acquire(blocking=False):
            return 0
        try:
            waiting = await self._rows.read(lambda c: wanted(c, AT_ONCE))
            if waiting and not self._has_room(matrix):
                return 0
            if waiting:
                await self._keep(waiting)
            return len(waiting)
        except StorageError as error:
            log.warning("vectors could not be kept, and a search goes by words the more: %s", error)
            return 0
        finally:
            self._making.release()

    async def _keep(self, waiting: list[Wanted]) -> None:
        model = await asyncio.to_thread(self._embedder.model)
        made = await asyncio.to_thread(self._made, model, waiting)
        await self._rows.write(lambda c: put(c, model, made))

    def _made(self, model: str, waiting: list[Wanted]) -> list[tuple[Wanted, bytes]]:
        """A vector for each: from its file where it has one, else from the model."""
        if self._files is None:
            vectors = self._embedder.embed([undated(one.text) for one in waiting])
            return list(zip(waiting, vectors, strict=True))
        found = [(one, self._files.find(model, one)) for one in waiting]
        there = [(one, vector) for one, vector in found if vector is not None]
        missing = [one for one, vector in found if vector is None]
        vectors = self._embedder.embed([undated(one.text) for one in missing])
        fresh = list(zip(missing, vectors, strict=True))
        self._files.keep(model, fresh)
        return [*there, *fresh]

    async def _follow(self, matrix: VectorMatrix) -> None:
        model = await asyncio.to_thread(self._embedder.model)
        more = CHUNK
        while more == CHUNK:
            found = await self._rows.read(lambda c: changes(c, model, matrix.seen, CHUNK))
            await asyncio.to_thread(matrix.apply, found)
            more = len(found)

    async def _go_on(self, matrix: VectorMatrix) -> None:
        try:
            while await self._make(matrix) == AT_ONCE:
                await self._follow(matrix)
        except MusterError as error:
            log.warning("vectors were not made to the end: %s", error)

    def _has_room(self, matrix: VectorMatrix) -> bool:
        if len(matrix) < self._most:
            return True
        if not self._told:
            self._told = True
            log.warning("only %s entries have vectors; the rest is found by words alone", f"{self._most:,}")
        return False
