"""The scripts that count in Redis. Each runs alone, on Redis's own clock, so all processes agree.

An admission looks at the caller's key and at every key above it before it counts at any of them.

A window is a hash: slot number → amount, ``m`` and a slot number → when the last of it happened (µs), ``t``
→ total, ``o`` → the oldest slot that may be there, ``s`` → a slot that takes nothing more, since a promise
was made about it. A slot is half a second's number; what happens after a promise goes to the slot after it.
"""

from typing import Final

from salon.gateway.limits import GRAIN_S, WINDOW_S

_GRAIN_US: Final = round(GRAIN_S * 1_000_000)
_WINDOW_US: Final = WINDOW_S * 1_000_000
_SLOTS: Final = _WINDOW_US // _GRAIN_US + 1
"""How many slots a span of 60 s can touch."""
_LIFE_MS: Final = (WINDOW_S + 2) * 1000

_COMMON: Final = f"""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local current = math.floor(now / {_GRAIN_US})
local function forget(key, slot, amount)
  redis.call('HDEL', key, slot, 'm' .. string.format('%d', slot))
  return redis.call('HINCRBY', key, 't', -amount)
end
local function advance(key)
  local known = redis.call('HMGET', key, 'o', 't', 's')
  local oldest = tonumber(known[1])
  if not oldest then return 0, nil, nil end
  local first = current - {_SLOTS} + 1
  if first - oldest > {_SLOTS} then
    redis.call('DEL', key)
    return 0, nil, nil
  end
  local total = tonumber(known[2]) or 0
  if first > oldest then
    for old = oldest, first - 1 do
      local amount = redis.call('HGET', key, old)
      if amount then total = forget(key, old, amount) end
    end
    redis.call('HSET', key, 'o', first)
    oldest = first
  end
  return total, oldest, tonumber(known[3])
end
local function add(key, oldest, sealed, amount)
  local slot = current
  if sealed and sealed >= slot then slot = sealed + 1 end
  if not oldest then redis.call('HSET', key, 'o', slot) end
  redis.call('HINCRBY', key, slot, amount)
  redis.call('HINCRBY', key, 't', amount)
  redis.call('HSET', key, 'm' .. string.format('%d', slot), string.format('%d', now))
  redis.call('PEXPIRE', key, {_LIFE_MS})
  return slot
end
"""

ADMIT: Final = (
    _COMMON
    + f"""
local levels = #KEYS / 3
local tokens, lease_ms = tonumber(ARGV[1]), tonumber(ARGV[3])
local function ends(key, slot)
  return (tonumber(redis.call('HGET', key, 'm' .. string.format('%d', slot))) or 0) + {_WINDOW_US}
end
local function lapse(key, total, oldest)
  for slot = oldest, oldest + 2 do
    local amount = redis.call('HGET', key, slot)
    if amount then
      if ends(key, slot) > now then return total end
      total = forget(key, slot, amount)
    end
  end
  return total
end
local function promise(key, total, sealed, room)
  local rest = total
  for slot = current - {_SLOTS} + 1, current + 1 do
    local amount = redis.call('HGET', key, slot)
    if amount then
      rest = rest - tonumber(amount)
      if rest <= room then
        if slot >= current and not (sealed and sealed >= current) then redis.call('HSET', key, 's', slot) end
        return math.ceil((ends(key, slot) - now) / 1000000)
      end
    end
  end
  return {WINDOW_S}
end
local function check(level)
  local first, limits = level * 3, level * 3 + 3
  local requests, spending, places = KEYS[first + 1], KEYS[first + 2], KEYS[first + 3]
  local asks, spends = tonumber(ARGV[limits + 1]), tonumber(ARGV[limits + 2])
  local concurrency = tonumber(ARGV[limits + 3])
  if concurrency > 0 then
    redis.call('ZREMRANGEBYSCORE', places, '-inf', math.floor(now / 1000))
    if redis.call('ZCARD', places) >= concurrency then return {{1, 1, level}} end
  end
  local asked, asked_from, asked_sealed = advance(requests)
  local spent, spent_from, spent_sealed = advance(spending)
  if asks > 0 and asked >= asks then
    asked = lapse(requests, asked, asked_from)
    if asked >= asks then return {{2, promise(requests, asked, asked_sealed, asks - 1), level}} end
  end
  if spends > 0 and spent > 0 and spent + tokens > spends then
    spent = lapse(spending, spent, spent_from)
    if spent > 0 and spent + tokens > spends then
      return {{3, promise(spending, spent, spent_sealed, math.max(0, spends - tokens)), level}}
    end
  end
  return nil, {{
    asked_from = asked_from, asked_sealed = asked_sealed,
    spent_from = spent_from, spent_sealed = spent_sealed, has_places = concurrency > 0
  }}
end
local found = {{}}
for level = 0, levels - 1 do
  local refused, state = check(level)
  if refused then return refused end
  found[level + 1] = state
end
local slots = {{0}}
for level, state in ipairs(found) do
  local first = level * 3 - 3
  add(KEYS[first + 1], state.asked_from, state.asked_sealed, 1)
  slots[level + 1] = add(KEYS[first + 2], state.spent_from, state.spent_sealed, tokens)
  if state.has_places then
    redis.call('ZADD', KEYS[first + 3], math.floor(now / 1000) + lease_ms, ARGV[2])
    redis.call('PEXPIRE', KEYS[first + 3], lease_ms)
  end
end
return slots
"""
)
"""Keys: requests, tokens, places; three for the caller's key, three for each above it. Arguments: tokens, the
place's name, its lease in ms; then as often as keys: requests and tokens per minute, concurrency (0 is none).
Returns 0 and the slot at each, or which limit, seconds to wait, and at which of them (0 is the caller's)."""

CORRECT: Final = (
    _COMMON
    + """
local at, amount = tonumber(ARGV[1]), tonumber(ARGV[2])
local _, oldest, sealed = advance(KEYS[1])
local there = tonumber(redis.call('HGET', KEYS[1], at))
if not there then
  if amount > 0 then add(KEYS[1], oldest, sealed, amount) end
  return 0
end
amount = math.max(amount, -there)
redis.call('HINCRBY', KEYS[1], at, amount)
redis.call('HINCRBY', KEYS[1], 't', amount)
return 0
"""
)
"""Key: tokens. Arguments: the slot of the admission and what to add there, which may be negative."""
