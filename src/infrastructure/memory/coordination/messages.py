"""What happens to channels and their messages.

On a server: `channel:NAME`, a hash of when it was `b`orn and the number of its last message, `h`; `log:NAME`, writings
by number.
"""

from __future__ import annotations

import apsw

from ....domain.memory.lifetime import Lifetime
from .board import MICROS, Answer, Operation, rows

KEPT_MICROS = Lifetime.COORDINATION * MICROS
# Numbers are remembered for longer than messages: who comes back within a day learns how many it has missed.
NUMBERED_MICROS = Lifetime.STAGED * MICROS


def _publish(c: apsw.Connection, now: int, channel: bytes, born: bytes, most: int, writing: bytes) -> Answer:
    old = "DELETE FROM messages WHERE channel IN (SELECT channel FROM channels WHERE last_at <= ?)"
    c.execute(old, (now - KEPT_MICROS,))
    c.execute("DELETE FROM channels WHERE last_at <= ?", (now - NUMBERED_MICROS,))
    statement = """
        INSERT INTO channels VALUES (?, ?, 1, ?)
        ON CONFLICT DO UPDATE SET head = head + 1, last_at = excluded.last_at RETURNING head
    """
    head = int(c.execute(statement, (channel, born, now)).get)
    c.execute("INSERT INTO messages VALUES (?, ?, ?)", (channel, head, writing))
    c.execute("DELETE FROM messages WHERE channel = ? AND number <= ?", (channel, head - most))
    return []


# It may be asked twice, when a connection has ended before the answer came; no two writings are the same.
PUBLISH = Operation(
    sql=_publish,
    lua=f"""
local channel, born, most, writing = unpack(ARGV, 3)
local name, log = space .. 'channel:' .. channel, space .. 'log:' .. channel
if not redis.call('ZSCORE', log, writing) then
    redis.call('HSETNX', name, 'b', born)
    local head = redis.call('HINCRBY', name, 'h', 1)
    redis.call('ZADD', log, head, writing)
    redis.call('ZREMRANGEBYSCORE', log, '-inf', int(head - tonumber(most)))
end
redis.call('PEXPIRE', log, {KEPT_MICROS // 1000})
redis.call('PEXPIRE', name, {NUMBERED_MICROS // 1000})
""",
)


def _after(c: apsw.Connection, now: int, channel: bytes, number: int, most: int) -> Answer:
    answer = rows(
        c.execute(
            "SELECT born, head FROM channels WHERE channel = ? AND last_at > ?",
            (channel, now - NUMBERED_MICROS),
        )
    )
    statement = """
        SELECT number, writing FROM messages NATURAL JOIN channels
        WHERE channel = ? AND number > ? AND last_at > ? ORDER BY number LIMIT ?
    """
    return answer + rows(c.execute(statement, (channel, number, now - KEPT_MICROS, most)))


AFTER = Operation(
    sql=_after,
    changes=False,
    lua="""
local channel, number, most = unpack(ARGV, 3)
local born, head = unpack(redis.call('HMGET', space .. 'channel:' .. channel, 'b', 'h'))
if born then
    say(born)
    say(head)
    local range = {'ZRANGEBYSCORE', space .. 'log:' .. channel, '(' .. number, '+inf', 'WITHSCORES', 'LIMIT', 0, most}
    local found = redis.call(unpack(range))
    for i = 1, #found, 2 do say(found[i + 1]) say(found[i]) end
end
""",
)
