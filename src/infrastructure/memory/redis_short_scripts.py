"""What the Redis server does for the short-term memory, each script at one moment.

KEYS: 1 the names of all entries, in the order of their bytes; 2 the times at which entries end, 3 those at which
others are due for promotion. An entry is a hash beside them, whose name is ARGV[1] and its key: `v`alue, version
`n`, digest `h`, `s`tashed and `d`ue in microseconds, `p` when it is to be promoted. Only what is not to be promoted
is given to Redis to expire.
"""

from __future__ import annotations

from .redis_parts import BEGIN, END

_COMMON = (
    BEGIN
    + """
local function forget()
    while true do
        local over = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', int(now), 'LIMIT', 0, 500)
        if #over == 0 then return end
        for _, key in ipairs(over) do
            redis.call('DEL', space .. key)
            redis.call('ZREM', KEYS[1], key)
            redis.call('ZREM', KEYS[2], key)
        end
    end
end
local function remove(key)
    redis.call('ZREM', KEYS[1], key)
    redis.call('ZREM', KEYS[2], key)
    redis.call('ZREM', KEYS[3], key)
    redis.call('DEL', space .. key)
end
local function there(key)
    local due, promote = unpack(redis.call('HMGET', space .. key, 'd', 'p'))
    return due and (promote == '1' or tonumber(due) > now)
end
"""
)

# The first thing to be written is what needs room: a server without room refuses it, and nothing has happened.
STASH = (
    _COMMON
    + """
local micros, promote = tonumber(ARGV[2]), ARGV[3]
for i = 4, #ARGV, 4 do
    local key, name = ARGV[i], space .. ARGV[i]
    local due = now + micros
    redis.call('HSET', name, 'v', ARGV[i + 1], 'n', ARGV[i + 2], 'h', ARGV[i + 3],
        's', int(now), 'd', int(due), 'p', promote)
    redis.call('ZADD', KEYS[1], 0, key)
    if promote == '1' then
        redis.call('PERSIST', name)
        redis.call('ZADD', KEYS[3], int(due), key)
        redis.call('ZREM', KEYS[2], key)
    else
        redis.call('PEXPIRE', name, int(math.ceil(micros / 1000)))
        redis.call('ZADD', KEYS[2], int(due), key)
        redis.call('ZREM', KEYS[3], key)
    end
end
forget()
"""
    + END
)
RETRIEVE = (
    _COMMON
    + """
for i = 2, #ARGV do
    local v, n, h = unpack(redis.call('HMGET', space .. ARGV[i], 'v', 'n', 'h'))
    if v and there(ARGV[i]) then say(ARGV[i]) say(v) say(n) say(h) end
end
"""
    + END
)
DELETE = (
    _COMMON
    + """
if there(ARGV[2]) then say('1') end
remove(ARGV[2])
"""
    + END
)
# No UTF-8 has the byte 255.
NAMES = (
    _COMMON
    + """
forget()
local first, last = '-', '+'
if ARGV[2] ~= '' then first, last = '[' .. ARGV[2], '(' .. ARGV[2] .. '\\255' end
for _, key in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], first, last)) do say(key) end
"""
    + END
)
TIMES = (
    _COMMON
    + """
if there(ARGV[2]) then
    local due, stashed = unpack(redis.call('HMGET', space .. ARGV[2], 'd', 's'))
    say(int(math.max(0, tonumber(due) - now)))
    say(stashed)
end
"""
    + END
)
DUE = (
    _COMMON
    + """
local range = {'ZRANGEBYSCORE', KEYS[3], '-inf', int(now), 'LIMIT', 0, ARGV[2]}
for _, key in ipairs(redis.call(unpack(range))) do
    local v, n, h, s = unpack(redis.call('HMGET', space .. key, 'v', 'n', 'h', 's'))
    if v then say(key) say(v) say(n) say(h) say(s) else remove(key) end
end
"""
    + END
)
SETTLE = (
    _COMMON
    + """
if redis.call('HGET', space .. ARGV[2], 'n') == ARGV[3] then
    remove(ARGV[2])
    say('1')
end
"""
    + END
)
