"""A drill on a failing disk: the same work again and again, and each time the next call of it goes wrong."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from muster.domain.errors import MusterError

from .disk import Told
from .failing import Fuse, Kind
from .power import QUICK, Allowed

MOST = 20_000
"""A drill that has not come to its end after so many calls never will."""


@dataclass
class Book:
    """What was asked for in a drill, what came of it, and what should never have come of it."""

    root: Path
    allowed: Allowed = field(default_factory=Allowed)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def there(self, thing: str, value: object) -> None:
        """It was there before."""
        self.allowed.take(Told("told", thing, value))

    async def change(self, things: Mapping[str, object], call: Awaitable[object]) -> None:
        """Ask for a change: False and a refusal leave what was there, an error leaves either."""
        try:
            done = await call
        except MusterError as error:
            self._failed(error)
            for thing, value in things.items():
                self.allowed.take(Told("asked", thing, value))
        except Exception as error:  # noqa: BLE001 - which is what must not come
            self.wrong.append(f"{things} raised {error!r}")
        else:
            self.seen["refused" if done is False else "done"] += 1
            for thing, value in things.items() if done is not False else ():
                self.allowed.take(Told("told", thing, value))

    async def look(self, thing: str, call: Awaitable[object]) -> None:
        """Read: what was there or asked for, or an error."""
        with suppress(_Failed):
            value = await self.got(thing, call)
            self.wrong += self.allowed.broken({thing: value}, [thing])

    async def got(self, what: str, call: Awaitable[object]) -> object:
        """What a call gives; raises _Failed after an error has been looked at."""
        try:
            return await call
        except MusterError as error:
            self._failed(error)
            raise _Failed from error
        except Exception as error:
            self.wrong.append(f"{what} raised {error!r}")
            raise _Failed from error

    def _failed(self, error: MusterError) -> None:
        self.seen[error.code] += 1
        if str(self.root) not in error.message or not error.hint:
            self.wrong.append(f"an error does not name the file, or what to do: {error}")


class _Failed(Exception):
    """Told of already."""


@dataclass(frozen=True, slots=True)
class Drill:
    """Work on a failing disk in a folder that `prepared` has laid out, and what is found afterwards."""

    failing: Callable[[Fuse, Path], AbstractContextManager[None]]
    prepared: Callable[[Book], Coroutine[Any, Any, None]]
    work: Callable[[Book, Fuse], Coroutine[Any, Any, None]]
    found: Callable[[Path], Coroutine[Any, Any, tuple[Mapping[str, object], Sequence[str]]]]


def drilled(
    drill: Drill, kind: Kind, *, lasting: bool, every: int = 1
) -> tuple[list[tuple[str, object]], list[str]]:
    """Numbers, and what is broken: the N-th call fails for each N (of so many one) until no call is left."""
    place = Path(tempfile.mkdtemp(prefix="muster-drill-", dir=QUICK if QUICK.is_dir() else None)).resolve()
    wrong: list[str] = []
    seen: Counter[str] = Counter()
    blown: Counter[str] = Counter()
    logging.disable(logging.CRITICAL)  # thousands of warnings, each of them deserved
    try:
        number = 1
        while number < MOST:
            fuse, book = Fuse(number, kind, lasting=lasting), Book(place / str(number))
            _once(drill, fuse, book)
            wrong += [f"call {number} ({fuse.blown}), {kind}: {line}" for line in book.wrong]
            seen += book.seen
            if not fuse.blown:
                break
            blown[fuse.blown] += 1
            number += every
    finally:
        logging.disable(logging.NOTSET)
        shutil.rmtree(place)
    numbers: list[tuple[str, object]] = [
        (
            "calls that failed, one in each drill",
            ", ".join(f"{count} {what}" for what, count in sorted(blown.items())),
        ),
        *((f"told: {what}", count) for what, count in sorted(seen.items())),
    ]
    return numbers, wrong if blown else [*wrong, "no call failed: nothing was tried"]


def _once(drill: Drill, fuse: Fuse, book: Book) -> None:
    book.root.mkdir()
    asyncio.run(drill.prepared(book))
    with drill.failing(fuse, book.root):
        asyncio.run(drill.work(book, fuse))
    try:
        found, wrong = asyncio.run(drill.found(book.root))
    except Exception as error:  # noqa: BLE001 - whatever it is: the store must open
        book.wrong.append(f"afterwards: {type(error).__name__}: {error}")
    else:
        book.wrong += [f"afterwards: {line}" for line in (*wrong, *book.allowed.broken(found))]
    shutil.rmtree(book.root)
