"""What happens to tasks.

On a server: `seq`, the places that were given; `task:ID`, a hash of `q`ueue, `w`riting, `p`lace, attempts `n` and
ticket `t`; `waiting:QUEUE`, ids by place; `leased:QUEUE`, ids by the end of their lease; `ends`, ids by the end of
their time; `queues`, how many tasks each has. Redis is given none of it to expire, so that it evicts none of it.
"""

from __future__ import annotations

import apsw

from .board import Answer, Operation, rows

_TASKS = """
local function waiting(queue) return space .. 'waiting:' .. queue end
local function leased(queue) return space .. 'leased:' .. queue end
local function task(id) return space .. 'task:' .. id end
local function drop(id)
    local queue = redis.call('HGET', task(id), 'q')
    redis.call('ZREM', space .. 'ends', id)
    if not queue then return end
    redis.call('DEL', task(id))
    redis.call('ZREM', waiting(queue), id)
    redis.call('ZREM', leased(queue), id)
    if tonumber(redis.call('ZINCRBY', space .. 'queues', -1, queue)) < 1 then
        redis.call('ZREM', space .. 'queues', queue)
    end
end
local function forget()
    while true do
        local over = redis.call('ZRANGEBYSCORE', space .. 'ends', '-inf', int(now), 'LIMIT', 0, 500)
        if #over == 0 then return end
        for _, id in ipairs(over) do drop(id) end
    end
end
local function free(queue)
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', leased(queue), '-inf', int(now))) do
        redis.call('ZREM', leased(queue), id)
        redis.call('ZADD', waiting(queue), redis.call('HGET', task(id), 'p'), id)
    end
end
local function mine(id, ticket)
    forget()
    return redis.call('HGET', task(id), 't') == ticket
end
"""


def _push(c: apsw.Connection, now: int, queue: bytes, task: bytes, lifetime: int, writing: bytes) -> Answer:
    c.execute("DELETE FROM tasks WHERE ends_at <= ?", (now,))
    row = (task, queue, writing, now + lifetime)
    c.execute("INSERT INTO tasks (id, queue, writing, ends_at) VALUES (?, ?, ?, ?)", row)
    return []


# The first thing to be written is what needs room: a server without room refuses it, and nothing has happened. It may
# be asked twice, when a connection has ended before the answer came.
PUSH = Operation(
    sql=_push,
    lua=_TASKS
    + """
local queue, id, lifetime, writing = unpack(ARGV, 3)
if redis.call('EXISTS', task(id)) == 0 then
    local place = int(redis.call('INCR', space .. 'seq'))
    redis.call('HSET', task(id), 'q', queue, 'w', writing, 'p', place, 'n', 0)
    redis.call('ZADD', waiting(queue), place, id)
    redis.call('ZADD', space .. 'ends', int(now + tonumber(lifetime)), id)
    redis.call('ZINCRBY', space .. 'queues', 1, queue)
end
forget()
""",
)


def _take(c: apsw.Connection, now: int, queue: bytes, ticket: bytes, lease: int) -> Answer:
    statement = """
        UPDATE tasks SET leased_until = ?1 + ?4, ticket = ?3, attempts = attempts + 1 WHERE place = (
            SELECT place FROM tasks WHERE queue = ?2 AND leased_until <= ?1 AND ends_at > ?1 ORDER BY place LIMIT 1
        ) RETURNING id, writing, attempts
    """
    return rows(c.execute(statement, (now, queue, ticket, lease)))


def _anything(c: apsw.Connection, now: int, queue: bytes, *_: bytes | int) -> bool:
    statement = "SELECT 1 FROM tasks WHERE queue = ?2 AND leased_until <= ?1 AND ends_at > ?1 LIMIT 1"
    return c.execute(statement, (now, queue)).get is not None


TAKE = Operation(
    sql=_take,
    if_any=_anything,
    lua=_TASKS
    + """
local queue, ticket, lease = unpack(ARGV, 3)
forget()
free(queue)
local id = redis.call('ZRANGE', waiting(queue), 0, 0)[1]
if id then
    redis.call('ZREM', waiting(queue), id)
    redis.call('ZADD', leased(queue), int(now + tonumber(lease)), id)
    redis.call('HSET', task(id), 't', ticket)
    local attempts = redis.call('HINCRBY', task(id), 'n', 1)
    say(id)
    say(redis.call('HGET', task(id), 'w'))
    say(int(attempts))
end
""",
)


def _extend(c: apsw.Connection, now: int, task: bytes, ticket: bytes, lease: int) -> Answer:
    statement = """
        UPDATE tasks SET leased_until = ?1 + ?4 WHERE id = ?2 AND ticket = ?3 AND ends_at > ?1 RETURNING 1
    """
    return rows(c.execute(statement, (now, task, ticket, lease)))


EXTEND = Operation(
    sql=_extend,
    lua=_TASKS
    + """
local id, ticket, lease = unpack(ARGV, 3)
if mine(id, ticket) then
    local queue = redis.call('HGET', task(id), 'q')
    redis.call('ZREM', waiting(queue), id)
    redis.call('ZADD', leased(queue), int(now + tonumber(lease)), id)
    say('1')
end
""",
)


def _done(c: apsw.Connection, now: int, task: bytes, ticket: bytes) -> Answer:
    statement = "DELETE FROM tasks WHERE id = ?2 AND ticket = ?3 AND ends_at > ?1 RETURNING 1"
    return rows(c.execute(statement, (now, task, ticket)))


DONE = Operation(
    sql=_done,
    lua=_TASKS
    + """
if mine(ARGV[3], ARGV[4]) then
    drop(ARGV[3])
    say('1')
end
""",
)


def _give_back(c: apsw.Connection, now: int, task: bytes, ticket: bytes) -> Answer:
    statement = """
        UPDATE tasks SET leased_until = 0, ticket = NULL
        WHERE id = ?2 AND ticket = ?3 AND ends_at > ?1 RETURNING 1
    """
    return rows(c.execute(statement, (now, task, ticket)))


GIVE_BACK = Operation(
    sql=_give_back,
    lua=_TASKS
    + """
local id, ticket = unpack(ARGV, 3)
if mine(id, ticket) then
    local queue, place = unpack(redis.call('HMGET', task(id), 'q', 'p'))
    redis.call('HDEL', task(id), 't')
    redis.call('ZREM', leased(queue), id)
    redis.call('ZADD', waiting(queue), place, id)
    say('1')
end
""",
)


def _counts(c: apsw.Connection, now: int, queue: bytes) -> Answer:
    statement = """
        SELECT count(*) FILTER (WHERE leased_until <= ?1), count(*) FILTER (WHERE leased_until > ?1)
        FROM tasks WHERE queue = ?2 AND ends_at > ?1
    """
    return rows(c.execute(statement, (now, queue)))


COUNTS = Operation(
    sql=_counts,
    changes=False,
    lua=_TASKS
    + """
forget()
free(ARGV[3])
say(int(redis.call('ZCARD', waiting(ARGV[3]))))
say(int(redis.call('ZCARD', leased(ARGV[3]))))
""",
)


def _queues(c: apsw.Connection, now: int) -> Answer:
    return rows(c.execute("SELECT DISTINCT queue FROM tasks WHERE ends_at > ? ORDER BY queue", (now,)))


QUEUES = Operation(
    sql=_queues,
    changes=False,
    lua=_TASKS
    + """
forget()
for _, queue in ipairs(redis.call('ZRANGE', space .. 'queues', 0, -1)) do say(queue) end
""",
)
