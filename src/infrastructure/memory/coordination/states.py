"""What happens to signals and sessions.

On a server: `signal:NAME`, the writing, given to Redis to expire; `members:SESSION`, members by the end of their time,
`lifetimes:SESSION`, how long each stays after it was heard of, and `shared:SESSION`, writings by name; `sessions`,
sessions by the end of their last member.
"""

from __future__ import annotations

import apsw

from .board import Answer, Operation, rows


def _set(c: apsw.Connection, now: int, name: bytes, lifetime: int, writing: bytes) -> Answer:
    c.execute("DELETE FROM signals WHERE ends_at <= ?", (now,))
    c.execute("INSERT OR REPLACE INTO signals VALUES (?, ?, ?)", (name, writing, now + lifetime))
    return []


SET = Operation(
    sql=_set,
    lua="""
redis.call('SET', space .. 'signal:' .. ARGV[3], ARGV[5], 'PX', int(math.ceil(tonumber(ARGV[4]) / 1000)))
""",
)


def _get(c: apsw.Connection, now: int, name: bytes) -> Answer:
    return rows(c.execute("SELECT writing FROM signals WHERE name = ? AND ends_at > ?", (name, now)))


GET = Operation(
    sql=_get,
    changes=False,
    lua="""
local writing = redis.call('GET', space .. 'signal:' .. ARGV[3])
if writing then say(writing) end
""",
)


def _clear(c: apsw.Connection, now: int, name: bytes) -> Answer:
    return rows(c.execute("DELETE FROM signals WHERE name = ? AND ends_at > ? RETURNING 1", (name, now)))


CLEAR = Operation(
    sql=_clear,
    lua="\nif redis.call('DEL', space .. 'signal:' .. ARGV[3]) == 1 then say('1') end\n",
)

_SESSIONS = """
local function members(session) return space .. 'members:' .. session end
local function lifetimes(session) return space .. 'lifetimes:' .. session end
local function shared(session) return space .. 'shared:' .. session end
local function settle(session)
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', members(session), '-inf', int(now))) do
        redis.call('ZREM', members(session), member)
        redis.call('HDEL', lifetimes(session), member)
    end
    local last = redis.call('ZRANGE', members(session), -1, -1, 'WITHSCORES')[2]
    if last then
        redis.call('ZADD', space .. 'sessions', last, session)
    else
        redis.call('DEL', members(session), lifetimes(session), shared(session))
        redis.call('ZREM', space .. 'sessions', session)
    end
    return last
end
local function forget()
    local over = redis.call('ZRANGEBYSCORE', space .. 'sessions', '-inf', int(now), 'LIMIT', 0, 500)
    for _, session in ipairs(over) do settle(session) end
end
"""


def _tidy(c: apsw.Connection, now: int) -> None:
    c.execute("DELETE FROM members WHERE ends_at <= ?", (now,))
    c.execute("DELETE FROM shared WHERE session NOT IN (SELECT session FROM members)")


def _open(c: apsw.Connection, now: int, session: bytes, member: bytes, lifetime: int) -> Answer:
    _tidy(c, now)
    known = c.execute("SELECT 1 FROM members WHERE session = ?", (session,)).get
    c.execute(
        "INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)", (session, member, lifetime, now + lifetime)
    )
    return [] if known else [b"1"]


OPEN = Operation(
    sql=_open,
    lua=_SESSIONS
    + """
local session, member, lifetime = unpack(ARGV, 3)
if not settle(session) then say('1') end
redis.call('ZADD', members(session), int(now + tonumber(lifetime)), member)
redis.call('HSET', lifetimes(session), member, lifetime)
settle(session)
forget()
""",
)


def _heartbeat(c: apsw.Connection, now: int, session: bytes, member: bytes) -> Answer:
    statement = """
        UPDATE members SET ends_at = ?1 + lifetime WHERE session = ?2 AND member = ?3 AND ends_at > ?1 RETURNING 1
    """
    return rows(c.execute(statement, (now, session, member)))


HEARTBEAT = Operation(
    sql=_heartbeat,
    lua=_SESSIONS
    + """
local session, member = unpack(ARGV, 3)
settle(session)
local lifetime = redis.call('HGET', lifetimes(session), member)
if lifetime then
    redis.call('ZADD', members(session), int(now + tonumber(lifetime)), member)
    settle(session)
    say('1')
end
""",
)


def _leave(c: apsw.Connection, now: int, session: bytes, member: bytes) -> Answer:
    _tidy(c, now)
    statement = "DELETE FROM members WHERE session = ? AND member = ? RETURNING 1"
    answer = rows(c.execute(statement, (session, member)))
    _tidy(c, now)
    return answer


LEAVE = Operation(
    sql=_leave,
    lua=_SESSIONS
    + """
local session, member = unpack(ARGV, 3)
settle(session)
if redis.call('ZREM', members(session), member) == 1 then say('1') end
redis.call('HDEL', lifetimes(session), member)
settle(session)
""",
)


def _members(c: apsw.Connection, now: int, session: bytes) -> Answer:
    statement = "SELECT member FROM members WHERE session = ? AND ends_at > ?"
    return rows(c.execute(statement, (session, now)))


MEMBERS = Operation(
    sql=_members,
    changes=False,
    lua="""
local alive = '(' .. int(now)
for _, one in ipairs(redis.call('ZRANGEBYSCORE', space .. 'members:' .. ARGV[3], alive, '+inf')) do say(one) end
""",
)


def _put(c: apsw.Connection, now: int, session: bytes, name: bytes, writing: bytes) -> Answer:
    _tidy(c, now)
    statement = """
        INSERT OR REPLACE INTO shared SELECT ?1, ?2, ?3
        WHERE EXISTS (SELECT 1 FROM members WHERE session = ?1) RETURNING 1
    """
    return rows(c.execute(statement, (session, name, writing)))


PUT = Operation(
    sql=_put,
    lua=_SESSIONS
    + """
local session, name, writing = unpack(ARGV, 3)
if settle(session) then
    redis.call('HSET', shared(session), name, writing)
    say('1')
end
""",
)


def _state(c: apsw.Connection, now: int, session: bytes) -> Answer:
    statement = """
        SELECT name, writing FROM shared WHERE session = ?2
        AND EXISTS (SELECT 1 FROM members WHERE session = ?2 AND ends_at > ?1)
    """
    return rows(c.execute(statement, (now, session)))


STATE = Operation(
    sql=_state,
    changes=False,
    lua=_SESSIONS
    + """
settle(ARGV[3])
for _, part in ipairs(redis.call('HGETALL', shared(ARGV[3]))) do say(part) end
""",
)


def _sessions(c: apsw.Connection, now: int) -> Answer:
    return rows(c.execute("SELECT DISTINCT session FROM members WHERE ends_at > ?", (now,)))


SESSIONS = Operation(
    sql=_sessions,
    changes=False,
    lua=_SESSIONS
    + """
forget()
local alive = '(' .. int(now)
for _, one in ipairs(redis.call('ZRANGEBYSCORE', space .. 'sessions', alive, '+inf')) do say(one) end
""",
)
