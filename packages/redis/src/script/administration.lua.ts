import { HEADER } from '@repid/core';
import { INPUT_FIELD } from '../codec/field-names.js';

/** Operations of those who look after channels. */
export const administration = /* lua */ `
local RESULT_HEADER = '${HEADER.resultBucket}'
local PAGE = 500

-- Calls 'visit' with the entries after an id, a page at a time, until it answers false.
local function each_page(stream, after, visit)
  repeat
    local entries = redis.call('XRANGE', stream, '(' .. after, '+', 'COUNT', PAGE)
    if #entries == 0 then return end
    after = entries[#entries][1]
  until visit(entries) == false
end

-- Redis 7 counts it; where it can't tell, everything in the stream that is not in hand counts.
local function queued_in(c, stream)
  local _, group = last_delivered(c, stream)
  if not group then return redis.call('XLEN', stream) end
  local lag = info_of(group, 'lag')
  return lag or math.max(0, redis.call('XLEN', stream) - info_of(group, 'pending'))
end

local function running_in(c, stream)
  local _, group = last_delivered(c, stream)
  return group and info_of(group, 'pending') or 0
end

local function count_consumers(c)
  local count = 0
  each_consumer(c, function(_, _, is_alive)
    if is_alive then count = count + 1 end
  end)
  return count
end

-- stats: nothing. Answers queued, delayed, waiting, running, dead letters, paused?, consumers
operations.stats = function()
  local c, queued, running = channel(1), 0, 0
  for _, priority in ipairs(PRIORITIES) do
    queued = queued + queued_in(c, c[priority])
    running = running + running_in(c, c[priority])
  end
  local delayed, waiting = redis.call('ZCARD', c.delayed), redis.call('ZCARD', c.waiting)
  return { queued, delayed, waiting, running, redis.call('XLEN', c.dlq), redis.call('EXISTS', c.paused), count_consumers(c) }
end

-- peek: how many. Answers entries, those of a higher priority first.
operations.peek = function()
  local c, limit, found = channel(1), number(), {}
  for _, priority in ipairs(PRIORITIES) do
    local left = limit - #found
    local after = last_delivered(c, c[priority])
    local entries = left > 0 and redis.call('XRANGE', c[priority], '(' .. after, '+', 'COUNT', left) or {}
    for _, entry in ipairs(entries) do found[#found + 1] = entry end
  end
  return found
end

local function end_entry(c, letter, entry, fields)
  local id = job_of(fields)
  if id ~= '' and value_of(HASH, JOBS, id) == location_at(c, letter, entry) then
    end_job('queued', { id = id, channel = c, letter = letter, detail = entry }, fields, '')
  else
    redis.call('XDEL', c[letter], entry)
  end
end

local function purge_stream(c, letter)
  local removed = 0
  each_page(c[letter], last_delivered(c, c[letter]), function(entries)
    for _, entry in ipairs(entries) do end_entry(c, letter, entry[1], entry[2]) end
    removed = removed + #entries
  end)
  return removed
end

local function end_located(id)
  local place, job = locate(id)
  if place and job.id == id then end_job(place, job, {}, '') end
end

-- purge: nothing. Answers how many were removed. What waits for buckets stays.
operations.purge = function()
  local c = channel(1)
  allow_growth()
  local removed = redis.call('ZCARD', c.delayed)
  for _, member in ipairs(redis.call('ZRANGE', c.delayed, 0, -1)) do end_located(member) end
  redis.call('DEL', c.delayed, c.messages)
  for _, priority in ipairs(PRIORITIES) do removed = removed + purge_stream(c, priority) end
  return removed
end

operations.delete = function()
  local c = channel(1)
  allow_growth()
  for _, id in ipairs(redis.call('ZRANGE', c.waiting, 0, -1)) do end_located(id) end
  for _, id in ipairs(redis.call('ZRANGE', c.delayed, 0, -1)) do end_located(id) end
  for _, letter in ipairs(PRIORITIES) do
    each_page(c[letter], '0-0', function(entries)
      for _, entry in ipairs(entries) do end_entry(c, letter, entry[1], entry[2]) end
    end)
  end
  redis.call('DEL', c.h, c.m, c.l, c.dlq, c.delayed, c.messages, c.waiting, c.waiting_messages, c.paused, c.consumers)
  tell(c.control, 'look')
  return 1
end

local NOT_REPLAYED = { original_stream = true, original_id = true, reason = true }
local INPUT = '${INPUT_FIELD}'

-- The bucket that came along with a letter. Where it is still there, it counts as it is now; what has become too large is read.
local function as_it_is(bucket_id, body)
  local found = redis.call('GET', bucket_key(bucket_id))
  if not found then return body end
  return fits_in(found) and found
end

local function replayed_fields(letter)
  local fields = {}
  for i = 1, #letter, 2 do
    local name, value = letter[i], letter[i + 1]
    if string.sub(name, 1, #INPUT) == INPUT then value = as_it_is(string.sub(name, #INPUT + 1), value) end
    if value and not NOT_REPLAYED[name] then append(fields, { name, value }) end
  end
  return fields
end

local function priority_of(c, letter)
  local stream = field_of(letter, 'original_stream')
  return stream == c.h and 'h' or stream == c.l and 'l' or 'm'
end

-- The bucket that the job's result goes to: an empty header stands for its own id.
local function result_of(fields)
  local ok, headers = pcall(cjson.decode, field_of(fields, 'headers') or '{}')
  local result = ok and type(headers) == 'table' and headers[RESULT_HEADER]
  if result == '' then return job_of(fields) end
  return type(result) == 'string' and result or nil
end

-- Of each that is put back, its result is noted.
local function replay_letter(c, entry, letter, results, with_dependents)
  local fields = replayed_fields(letter)
  local id = job_of(fields)
  if #fields == 0 or (id ~= '' and locate(id)) then return 0 end
  local result = result_of(fields)
  if with_dependents and result and is_held(result) then return 0 end
  add_entry(c, priority_of(c, letter), id, id ~= '', fields)
  redis.call('XDEL', c.dlq, entry)
  results[#results + 1] = result
  return 1
end

local function replay_some(c, limit, count, results, with_dependents)
  local replayed = 0
  for _ = 1, count do
    local entry = argument()
    local letter = replayed < limit and string.match(entry, '^%d+%-%d+$') and entry_fields(c.dlq, entry)
    if letter then replayed = replayed + replay_letter(c, entry, letter, results, with_dependents) end
  end
  return replayed
end

local function replay_all(c, limit, results, with_dependents)
  local replayed = 0
  each_page(c.dlq, '0-0', function(entries)
    for _, entry in ipairs(entries) do
      if replayed >= limit then return false end
      replayed = replayed + replay_letter(c, entry[1], entry[2], results, with_dependents)
    end
  end)
  return replayed
end

-- replay: '1' with those that were skipped because of them, how many at most, how many ids ('-1' for all), ids.
-- Answers how many were put back, those that were skipped not counted.
operations.replay = function()
  local c, with_dependents, limit, count, results = channel(1), argument() == '1', number(), number(), {}
  check_type(JOBS, 'hash')
  for _, priority in ipairs(PRIORITIES) do check_type(c[priority], 'stream') end
  local replayed = count >= 0 and replay_some(c, limit, count, results, with_dependents)
    or replay_all(c, limit, results, with_dependents)
  if with_dependents then part('dependencies').revive(results) end
  return replayed
end
`;
