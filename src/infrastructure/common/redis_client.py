"""The one way to Redis."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from functools import cache, partial
from typing import TYPE_CHECKING, NoReturn, TypeVar

from ...domain.errors import ConfigurationError, MusterError, StorageError
from .bells import Bells
from .redis_batches import Question, RedisBatches
from .redis_ear import listen

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")
AWAY, FULL = "redis-away", "redis-full"
"""Codes of errors: no answer, or none but that the server is at its `maxmemory`."""
MOST_CONNECTIONS = 16
"""Of one client; more questions at once wait for one another."""
PATIENCE = 1.0
"""Seconds that a server may take for an answer, the way there included."""


class RedisClient:
    """One server, reached at first use from a thread and an event loop of its own.

    So callers on any event loop share its connections, and closing needs none. Every error is a StorageError
    that names the server, without its password.
    """

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self._url = url
        self._patience = patience
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._redis: Redis | None = None
        self._batches = RedisBatches(self._send)
        self._loaded = False
        self._ears: dict[str, asyncio.Task[NoReturn]] = {}
        self._turns = asyncio.Semaphore(MOST_CONNECTIONS)  # of no loop until somebody waits
        self._closed = False
        self.name = _shown(url)

    async def run(self, script: str, keys: Sequence[str], arguments: Sequence[int | str | bytes]) -> bytes:
        """Run a Lua `script` that returns text; what several ask at the same moment is sent together."""
        here, there = asyncio.get_running_loop(), self._started()
        if not self._loaded:  # loading the library takes its time, which is not the server's
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_load(), there))
            self._loaded = True
        question = Question(script, keys, arguments, here, here.create_future())
        self._batches.ask(question, there)
        try:
            async with asyncio.timeout(self._patience):
                return await question.waiter
        except TimeoutError as error:
            raise self._late() from error

    async def get(self, key: str) -> bytes | None:
        """The value of `key`, if there is one."""

        async def work(redis: Redis) -> bytes | None:
            found = await redis.get(key)
            return found.encode() if isinstance(found, str) else found

        return await self._do(work)

    async def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep `value` for so many seconds."""

        async def work(redis: Redis) -> None:
            await redis.set(key, value, ex=seconds)

        await self._do(work)

    def listen(self, channel: str, bells: Bells) -> None:
        """Have the bell of each topic that is published on `channel` rung from now on; asking again is no mistake."""

        def begin() -> None:
            from redis.exceptions import RedisError

            if channel not in self._ears:
                hearing = listen(self._connection().pubsub, (RedisError, OSError), channel, bells)
                self._ears[channel] = asyncio.create_task(hearing)

        self._started().call_soon_threadsafe(begin)

    def close(self) -> None:
        """Let go of the server; further use is an error, closing again is not."""
        with self._lock:
            self._closed = True
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._disconnect(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    async def _do(self, work: Callable[[Redis], Awaitable[T]]) -> T:
        """The result of `work`, on the loop of this client."""
        loop = self._started()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._guarded(work), loop))

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._closed:
                raise self._error("is closed", "open the application anew")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="muster-redis", daemon=True
                )
                self._thread.start()
            return self._loop

    async def _guarded(self, work: Callable[[Redis], Awaitable[T]]) -> T:
        from redis.exceptions import RedisError

        try:
            async with asyncio.timeout(self._patience), self._turns:
                return await work(self._connection())
        except TimeoutError as error:
            raise self._late() from error
        except (RedisError, OSError) as error:
            raise self._failed(error) from error

    async def _send(self, batch: Sequence[Question]) -> list[bytes | Exception]:
        """What the server says to each."""
        from redis.exceptions import NoScriptError

        try:
            answers = await self._guarded(partial(_ask, batch, "EVALSHA"))
            unknown = [at for at, one in enumerate(answers) if isinstance(one, NoScriptError)]
            if unknown:
                again = await self._guarded(partial(_ask, [batch[at] for at in unknown], "EVAL"))
                for at, answer in zip(unknown, again, strict=True):
                    answers[at] = answer
        except MusterError as error:
            return [copy(error) for _ in batch]  # a raised error belongs to one task
        return [self._failed(one) if isinstance(one, Exception) else one for one in answers]

    def _connection(self) -> Redis:
        if self._redis is None:
            from redis.asyncio import Redis
            from redis.asyncio.retry import Retry
            from redis.backoff import NoBackoff

            try:
                # Once more for a connection that the server has closed meanwhile.
                self._redis = Redis.from_url(self._url, retry=Retry(NoBackoff(), 1))
            except ValueError as error:
                raise ConfigurationError(
                    f"{self.name!r} is no address of a Redis server",
                    code="redis-url",
                    hint="give redis://HOST:PORT/DB, rediss://… or unix://PATH",
                ) from error
        return self._redis

    async def _disconnect(self) -> None:
        await self._batches.rest()
        for ear in self._ears.values():
            ear.cancel()
        await asyncio.gather(*self._ears.values(), return_exceptions=True)
        self._ears.clear()
        if self._redis is not None:
            await self._redis.aclose()
            self._redis = None

    def _late(self) -> StorageError:
        return self._error(f"did not answer in {self._patience:g} s", "is it there?")

    def _failed(self, error: Exception) -> StorageError:
        from redis.exceptions import OutOfMemoryError, ResponseError

        # Within a script it is an error of the script that tells of the other.
        if isinstance(error, OutOfMemoryError) or (isinstance(error, ResponseError) and "OOM " in str(error)):
            return self._error("has no room left", "raise its maxmemory, or let entries go", FULL)
        return self._error(f"failed: {type(error).__name__}", "see whether it is up and lets you in")

    def _error(self, what: str, hint: str, code: str = AWAY) -> StorageError:
        return StorageError(
            f"Redis at {self.name!r} {what}", code=code, details={"server": self.name}, hint=hint
        )


async def _load() -> None:
    """Load the library in the thread that this runs in."""
    import redis.asyncio  # noqa: F401 - loaded here so that no call waits for it


async def _ask(batch: Sequence[Question], command: str, redis: Redis) -> list[bytes | Exception]:
    """All of `batch` in one message; the server knows a script by its digest once it has seen it."""
    pipeline = redis.pipeline(transaction=False)
    for one in batch:
        script = _digest(one.script) if command == "EVALSHA" else one.script
        pipeline.execute_command(command, script, len(one.keys), *one.keys, *one.arguments)
    answers: list[bytes | Exception] = await pipeline.execute(raise_on_error=False)
    return answers


@cache
def _digest(script: str) -> str:
    return hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()


def _shown(url: str) -> str:
    """The address without user name, password and options."""
    scheme, separator, rest = url.partition("://")
    return scheme + separator + rest.rpartition("@")[2].partition("?")[0] if separator else "(no address)"
