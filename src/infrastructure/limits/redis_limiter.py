"""Rate limits that every worker shares through Redis."""

from __future__ import annotations

import logging

from ...domain.errors import StorageError
from ...domain.models.rate import RateLimit
from ...domain.ports.clock import Clock
from ...domain.ports.rate_limiter import RateLimiter
from ..common.redis_client import RedisClient
from .in_process_limiter import InProcessRateLimiter

PREFIX = "muster:rate:"
PAUSE = 30.0
"""Seconds for which a server that did not answer is not asked again."""

# The last minute in slices of one second: `r<slice>` and `t<slice>` are requests and tokens. A slice leaves as a
# whole, sixty seconds after its end, so that no sixty seconds ever hold more than the limit. Time is the server's:
# clocks of workers may differ. A limit of -1 is none.
ACQUIRE = """
local now = redis.call('TIME')
local moment = tonumber(now[1]) + tonumber(now[2]) / 1000000
local slice = tonumber(now[1])
local max_requests, max_tokens, tokens = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local stored = redis.call('HGETALL', KEYS[1])
local requests, taken, slices, old = 0, 0, {}, {}
for i = 1, #stored, 2 do
    local at, amount = tonumber(string.sub(stored[i], 2)), tonumber(stored[i + 1])
    if at + 61 <= moment then
        old[#old + 1] = stored[i]
    else
        local one = slices[at]
        if not one then one = {at = at, r = 0, t = 0}; slices[at] = one end
        if string.sub(stored[i], 1, 1) == 'r' then
            one.r = amount
            requests = requests + amount
        else
            one.t = amount
            taken = taken + amount
        end
    end
end
if #old > 0 then redis.call('HDEL', KEYS[1], unpack(old)) end
local function fits(r, t)
    if max_requests >= 0 and r + 1 > max_requests then return false end
    return max_tokens < 0 or t + tokens <= max_tokens or t <= 0
end
if fits(requests, taken) then
    redis.call('HINCRBY', KEYS[1], 'r' .. slice, 1)
    redis.call('HINCRBY', KEYS[1], 't' .. slice, tokens)
    redis.call('PEXPIRE', KEYS[1], 62000)
    return '0'
end
local order = {}
for _, one in pairs(slices) do order[#order + 1] = one end
table.sort(order, function(a, b) return a.at < b.at end)
for _, one in ipairs(order) do
    requests, taken = requests - one.r, taken - one.t
    if fits(requests, taken) then return tostring(one.at + 61 - moment + 0.001) end
end
return '60'
"""
# Gives back from the oldest slices, which are gone first; adds to the slice of now.
ADJUST = """
local slice, tokens = redis.call('TIME')[1], tonumber(ARGV[1])
if tokens > 0 then
    redis.call('HINCRBY', KEYS[1], 't' .. slice, tokens)
    redis.call('PEXPIRE', KEYS[1], 62000)
    return '0'
end
local stored, order = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #stored, 2 do
    local at = tonumber(string.sub(stored[i], 2))
    if string.sub(stored[i], 1, 1) == 't' and at + 61 > tonumber(slice) then
        order[#order + 1] = {at = at, name = stored[i], amount = tonumber(stored[i + 1])}
    end
end
table.sort(order, function(a, b) return a.at < b.at end)
for _, one in ipairs(order) do
    local back = math.min(one.amount, -tokens)
    if back > 0 then
        redis.call('HINCRBY', KEYS[1], one.name, -back)
        tokens = tokens + back
    end
    if tokens == 0 then break end
end
return '0'
"""
log = logging.getLogger(__name__)


class RedisRateLimiter(RateLimiter):
    """One round trip a question. While the server is away each process keeps the limit by itself, and says so once."""

    def __init__(self, client: RedisClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._own = InProcessRateLimiter(clock)
        self._away_until: float | None = None

    async def acquire(self, key: str, limit: RateLimit, tokens: int) -> float:
        """Take it now, or say when to ask again."""
        arguments = (_bound(limit.requests), _bound(limit.tokens), tokens)
        answer = await self._ask(ACQUIRE, key, arguments)
        return await self._own.acquire(key, limit, tokens) if answer is None else answer

    async def adjust(self, key: str, limit: RateLimit, tokens: int) -> None:
        """Correct what was taken."""
        if await self._ask(ADJUST, key, (tokens,)) is None:
            await self._own.adjust(key, limit, tokens)

    async def _ask(self, script: str, key: str, arguments: tuple[int, ...]) -> float | None:
        """What the server says; None when it is away."""
        if self._away_until is not None and self._clock.monotonic() < self._away_until:
            return None
        try:
            answer = await self._client.run(script, (PREFIX + key,), arguments)
        except StorageError as error:
            if self._away_until is None:
                log.warning("rate limits are kept by each process alone until Redis is back: %s", error)
            self._away_until = self._clock.monotonic() + PAUSE
            return None
        if self._away_until is not None:
            log.info("rate limits are shared through Redis again")
            self._away_until = None
        return float(answer.decode("ascii"))


def _bound(limit: int | None) -> int:
    return -1 if limit is None else limit
