"""How scripts on the Redis server begin and end, and how their answers are read.

ARGV[1] is the beginning of all names. Answers are parts, each with its length before it.
"""

from __future__ import annotations

# Time is the server's: clocks of workers may differ. Numbers are written out, or Lua would round them.
BEGIN = """
local space = ARGV[1]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local function int(number) return string.format('%.0f', number) end
local parts = {}
local function say(text)
    parts[#parts + 1] = #text .. ':' .. text
end
"""
END = "\nreturn table.concat(parts)\n"


def parts(answer: bytes) -> list[bytes]:
    """The parts of an answer."""
    found, start = [], 0
    while start < len(answer):
        colon = answer.index(b":", start)
        end = colon + 1 + int(answer[start:colon])
        found.append(answer[colon + 1 : end])
        start = end
    return found
