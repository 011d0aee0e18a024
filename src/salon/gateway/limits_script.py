"""The scripts that count in Redis. Each runs alone, on Redis's own clock, so all processes agree.

A window is a hash: step number → amount, ``t`` → total, ``o`` → the oldest step that may be there. Steps
and spans are those of ``limits``.
"""

from typing import Final

from salon.gateway.limits import STEPS, STEPS_PER_S, WINDOW_S

_STEP_MS: Final = 1000 // STEPS_PER_S
_LIFE_MS: Final = (WINDOW_S + 2) * 1000

_COMMON: Final = f"""
local function now_ms()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
local function advance(key, step)
  local oldest = tonumber(redis.call('HGET', key, 'o'))
  if not oldest then return 0 end
  local first = step - {STEPS} + 1
  if first - oldest > {STEPS} then
    redis.call('DEL', key)
    return 0
  end
  local total = tonumber(redis.call('HGET', key, 't')) or 0
  if first > oldest then
    local gone = 0
    for old = oldest, first - 1 do
      local amount = redis.call('HGET', key, old)
      if amount then
        gone = gone + tonumber(amount)
        redis.call('HDEL', key, old)
      end
    end
    if gone ~= 0 then total = redis.call('HINCRBY', key, 't', -gone) end
    redis.call('HSET', key, 'o', first)
  end
  return total
end
local function add(key, step, amount)
  redis.call('HSETNX', key, 'o', step)
  redis.call('HINCRBY', key, step, amount)
  redis.call('HINCRBY', key, 't', amount)
  redis.call('PEXPIRE', key, {_LIFE_MS})
end
"""

ADMIT: Final = (
    _COMMON
    + f"""
local now = now_ms()
local step = math.floor(now / {_STEP_MS})
local per_minute = {{tonumber(ARGV[1]), tonumber(ARGV[2])}}
local concurrency, tokens = tonumber(ARGV[3]), tonumber(ARGV[4])
local function seconds_until(key, total, room)
  local rest = total
  for old = step - {STEPS} + 1, step do
    if rest <= room then return math.ceil((old + {STEPS} - 1 - step) / {STEPS_PER_S}) end
    rest = rest - (tonumber(redis.call('HGET', key, old)) or 0)
  end
  return {WINDOW_S}
end
if concurrency > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
  if redis.call('ZCARD', KEYS[3]) >= concurrency then return {{1, 1}} end
end
local asked = advance(KEYS[1], step)
local spent = advance(KEYS[2], step)
if per_minute[1] > 0 and asked >= per_minute[1] then
  return {{2, seconds_until(KEYS[1], asked, per_minute[1] - 1)}}
end
if per_minute[2] > 0 and spent > 0 and spent + tokens > per_minute[2] then
  return {{3, seconds_until(KEYS[2], spent, math.max(0, per_minute[2] - tokens))}}
end
add(KEYS[1], step, 1)
add(KEYS[2], step, tokens)
if concurrency > 0 then
  redis.call('ZADD', KEYS[3], now + ARGV[6], ARGV[5])
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
end
return {{0, step}}
"""
)
"""Keys: requests, tokens, places. Arguments: requests and tokens per minute, concurrency (0 is none),
tokens, the place's name, its lease in ms. Returns 0 and the step, or which limit and seconds to wait."""

CORRECT: Final = (
    _COMMON
    + f"""
local step = math.floor(now_ms() / {_STEP_MS})
local at, amount = tonumber(ARGV[1]), tonumber(ARGV[2])
advance(KEYS[1], step)
if step - at >= {STEPS} then
  if amount > 0 then add(KEYS[1], step, amount) end
  return 0
end
local there = tonumber(redis.call('HGET', KEYS[1], at)) or 0
add(KEYS[1], at, math.max(amount, -there))
return 0
"""
)
"""Key: tokens. Arguments: the step of the admission and what to add there, which may be negative."""
