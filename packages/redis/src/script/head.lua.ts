import { DEFAULTS, HEADER, OWN_ARGS } from '@repid/core';
import { CHANNEL_ENDINGS, CHANNEL_FIELDS, OF_CONNECTION } from '../keys.js';

const NAMES = Object.keys(CHANNEL_ENDINGS) as (keyof typeof CHANNEL_ENDINGS)[];

/** The channel's keys as the caller passes them, by the names that scripts have for them. */
const PASSED = NAMES.map((name, n) => `${CHANNEL_FIELDS[name]} = KEYS[at + ${n + 1}]`).join(', ');

/** The same, of a channel that was not passed. */
const NAMED = NAMES.map((name) => `${CHANNEL_FIELDS[name]} = start .. '${CHANNEL_ENDINGS[name]}'`).join(', ');

/** The map of keys and arguments, and what every operation uses. */
export const head = /* lua */ `
-- Repid's script with every operation; the commonest have scripts of their own beside it. Every operation is atomic, takes a batch, and runs by Redis' own time.
--
-- KEYS[1]   how bucket keys begin          KEYS[2]   how clients' pub/sub channels begin
-- KEYS[3]   how channels' keys begin       KEYS[4]   how the keys of jobs that wait begin
-- KEYS[5]   how the keys of jobs that were skipped begin
-- KEYS[6+]  blocks of ${NAMES.length}, one per channel, which arguments name by their number, from 1: ${NAMES.join(', ')}
-- ARGV[1]   part and operation, joined by a dot, then its arguments in the order in which it reads them

local called, operation = string.match(argument(), '^(%w+)%.([%w_]+)$')
local parts, made = {}, {}

local function part(name)
  made[name] = made[name] or parts[name]()
  return made[name]
end

local JOBS, PROBE = KEYS[3] .. '${OF_CONNECTION.jobs}', KEYS[3] .. '${OF_CONNECTION.probe}'
local PRIORITIES = { 'h', 'm', 'l' }
local channels, named = {}, {}

local function channel(n)
  local c = channels[n]
  if not c then
    local at = 5 + (n - 1) * ${NAMES.length}
    c = { number = n, ${PASSED} }
    channels[n] = c
  end
  return c
end

-- A job may be on a channel that was not passed.
local function channel_named(name)
  local c = named[name]
  if not c then
    local start = KEYS[3] .. name
    c = { name = name, ${NAMED} }
    named[name] = c
  end
  return c
end

-- The name of a channel, as it stands in its keys.
local function name_of(c)
  c.name = c.name or string.sub(c.m, #KEYS[3] + 1)
  return c.name
end

local clock

-- Milliseconds since the epoch.
local function now()
  if not clock then
    local time = redis.call('TIME')
    clock = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return clock
end

-- Where the groups of a paused channel stand. No entry comes after it, so readers that are blocked already get nothing either.
local END_OF_STREAM = '18446744073709551615-18446744073709551615'

-- Makes the consumer group where it is not there; everything in the stream is then new to it. In a paused channel its real position
-- is kept aside, as \`pause\` does it.
local function open_stream(c, stream)
  local is_paused = redis.call('EXISTS', c.paused) == 1
  local made = redis.pcall('XGROUP', 'CREATE', stream, c.group, is_paused and END_OF_STREAM or '0', 'MKSTREAM')
  if not made.err then
    if is_paused then redis.pcall('HSET', c.paused, stream, '0-0') end
  elseif not string.find(made.err, 'BUSYGROUP', 1, true) then
    error(made.err, 0)
  end
end

-- Tells whoever listens. He who misses it looks again by himself: that it may be denied stops nothing.
local function tell(listeners, text)
  redis.pcall('PUBLISH', listeners, text)
end

local function field_of(fields, name)
  for i = 1, #fields, 2 do
    if fields[i] == name then return fields[i + 1] end
  end
end

local function entry_fields(stream, entry)
  local found = redis.call('XRANGE', stream, entry, entry)[1]
  return found and found[2]
end

-- The headers of a message as a table; empty where they are none.
local function headers_of(fields)
  local ok, headers = pcall(cjson.decode, field_of(fields, 'headers') or '{}')
  return ok and type(headers) == 'table' and headers or {}
end

local function text_in(headers, name)
  local text = headers[name]
  return type(text) == 'string' and text or nil
end

-- The job id of an entry: the field where it has one, otherwise the header.
local function job_of(fields)
  return field_of(fields, 'id') or text_in(headers_of(fields), '${HEADER.id}') or ''
end

-- What belongs to the job of a message: id, the bucket of its result, how long that is kept as JSON of milliseconds, its own bucket of
-- arguments, its name, its nonce; nil for what it has not.
local function names_of(fields)
  local headers = headers_of(fields)
  local id = field_of(fields, 'id') or text_in(headers, '${HEADER.id}')
  local result, ttl, args = text_in(headers, '${HEADER.resultBucket}'), text_in(headers, '${HEADER.resultTtl}'), text_in(headers, '${HEADER.argsBucket}')
  if result == '' then result = id end
  if args == '' then args = '${OWN_ARGS}' end
  if args and (not id or string.sub(args, 1, 1) ~= '#') then args = nil end
  if ttl ~= 'null' then ttl = string.format('%.17g', tonumber(ttl or nil) or ${DEFAULTS.resultTtl}) end
  local name, nonce = text_in(headers, '${HEADER.topic}'), text_in(headers, '${HEADER.nonce}')
  return { id = id, result = result, ttl = ttl, args = args and id .. args, name = name, nonce = nonce }
end

local function info_of(info, name)
  for i = 1, #info, 2 do
    if info[i] == name then return info[i + 1] end
  end
end

local function is_entry_id(text)
  return string.find(text, '^%d+%-%d+$') ~= nil
end

-- Ids of entries are two numbers; comparing them as text would be wrong.
local function is_after(entry, other)
  local ms, seq = string.match(entry, '^(%d+)-(%d+)$')
  local other_ms, other_seq = string.match(other, '^(%d+)-(%d+)$')
  ms, other_ms = tonumber(ms), tonumber(other_ms)
  if ms ~= other_ms then return ms > other_ms end
  return tonumber(seq) > tonumber(other_seq)
end

-- The position of the group that a pause has kept aside. Where that is lost, the last entry that it has pending is as good: what comes before
-- has been delivered, or is gone.
local function kept_position(c, stream)
  local kept = redis.pcall('HGET', c.paused, stream)
  if type(kept) == 'string' then return kept end
  return redis.pcall('XPENDING', stream, c.group)[3] or '0-0'
end

-- What the group was given last, and what Redis says of the group: whatever comes after it in the stream is queued.
local function last_delivered(c, stream)
  for _, group in ipairs(redis.pcall('XINFO', 'GROUPS', stream)) do
    if info_of(group, 'name') == c.group then
      local last = info_of(group, 'last-delivered-id')
      return last == END_OF_STREAM and kept_position(c, stream) or last, group
    end
  end
  return '0-0'
end
`;
