import { ROOT_CAUSE } from '@repid/core';
import { CHANNEL_ENDINGS } from '../keys.js';

/** Messages that wait for buckets: how they are parked, released and skipped. Made only where somebody waits. */
export const dependencies = /* lua */ `
-- A job that waits for buckets, or has yet to read them, is a member '<channel>:<job id>' of the waiters of each. Its record
-- is a hash, of which 'on' alone is left once it waits no more:
--   on               the ids of those buckets, packed
--   message          priority, has it an id?, fields, timing, when; packed
--   missing          how many of the buckets have not come
--   c:<bucket id>    the condition, for each of these
--   timeout          milliseconds
--   result, ttl      the bucket that is to say that it was skipped, where there is one; its ttl as JSON

local PARKED = { 'message', 'missing', 'timeout', 'result', 'ttl' }
-- How many bytes of a bucket tell its state and its ttl.
local BEGINNING = 100
-- How many fields are written at once: Lua can't unpack many thousands.
local CHUNK = 500
local LONGEST_CAUSE = 500
local MOST_NAMED = 3
local ROOT_CAUSE = '${ROOT_CAUSE}'

-- A job that waits may be on a channel that was not passed.
local function channel_named(name)
  local start = KEYS[3] .. name
  return {
    h = start .. '${CHANNEL_ENDINGS.high}', m = start .. '${CHANNEL_ENDINGS.medium}', l = start .. '${CHANNEL_ENDINGS.low}',
    delayed = start .. '${CHANNEL_ENDINGS.delayed}', messages = start .. '${CHANNEL_ENDINGS.delayedMessages}',
    waiting = start .. '${CHANNEL_ENDINGS.waiting}', index = start .. '${CHANNEL_ENDINGS.index}',
    group = start .. '${CHANNEL_ENDINGS.group}', control = start .. '${CHANNEL_ENDINGS.control}',
  }
end

-- A job as this part knows it: channel, id, member, key of its record.
local function job_on(c, id)
  local member = string.sub(c.m, #KEYS[3] + 1) .. ':' .. id
  return { channel = c, id = id, member = member, record = KEYS[4] .. member }
end

local function job_named(member)
  local name, id = string.match(member, '^([^:]*):(.*)$')
  return { channel = channel_named(name), id = id, member = member, record = KEYS[4] .. member }
end

local function beginning_of(bucket_id)
  return redis.call('GETRANGE', bucket_key(bucket_id), 0, BEGINNING)
end

-- How the job behind the bucket has ended; nil where there is no bucket. Mere arguments count as succeeded.
local function state_of(bucket_id)
  local beginning = beginning_of(bucket_id)
  if beginning == '' then return nil end
  if string.find(beginning, '^{"success":false,"skipped":true') then return 'skipped' end
  return string.find(beginning, '^{"success":false') and 'failed' or 'succeeded'
end

local function is_met(condition, state)
  if condition == 'settled' then return true end
  return state == (condition == 'success' and 'succeeded' or 'failed')
end

local function begin_ttl(bucket_id)
  local beginning = string.gsub(beginning_of(bucket_id), '^{"success":%a+,', '{')
  beginning = string.gsub(beginning, '^{"skipped":%a+,', '{')
  local ttl = tonumber(string.match(beginning, '^{"ttl":([%d.]+)') or nil)
  if ttl then redis.call('PEXPIRE', bucket_key(bucket_id), math.ceil(ttl)) end
end

local function leave_bucket(job, bucket_id)
  local waiters = waiters_key(bucket_id)
  if redis.call('SREM', waiters, job.member) == 1 and redis.call('EXISTS', waiters) == 0 then begin_ttl(bucket_id) end
end

local function leave(job)
  local on = redis.call('HGET', job.record, 'on')
  if not on then return end
  for _, bucket_id in ipairs(cmsgpack.unpack(on)) do leave_bucket(job, bucket_id) end
  redis.call('DEL', job.record)
end

-- How core's skip.ts says it.
local function described(bucket_id, state)
  return '"' .. bucket_id .. '" ' .. (state == 'skipped' and 'was skipped' or state)
end

-- As JavaScript cuts texts: by UTF-16 units.
local function cut(text, longest)
  local units, at = 0, 1
  while at <= #text do
    local byte = string.byte(text, at)
    local size = byte < 0x80 and 1 or byte < 0xE0 and 2 or byte < 0xF0 and 3 or 4
    units = units + (size == 4 and 2 or 1)
    if units > longest then return string.sub(text, 1, at - 1) end
    at = at + size
  end
  return text
end

-- The first cause that the exception of a skipped job tells.
local function first_cause(exception)
  local _, last = string.find(exception, ROOT_CAUSE, 1, true)
  if last then return string.sub(exception, last + 1) end
  local bucket, ending = string.match(exception, 'it needed the %a+ of (".*"), which (.+)%.$')
  return bucket and bucket .. ' ' .. ending or exception
end

-- Why the job behind a bucket that is there has failed or was skipped; '' where it does not say.
local function cause_of(bucket_id, state)
  if state == 'succeeded' then return '' end
  local ok, bucket = pcall(cjson.decode, redis.call('GET', bucket_key(bucket_id)))
  local exception = ok and type(bucket) == 'table' and bucket.exception
  if type(exception) ~= 'string' then return '' end
  if state == 'skipped' then return first_cause(exception) end
  return cut(described(bucket_id, state) .. ': ' .. exception, LONGEST_CAUSE)
end

local function broken_reason(bucket_id, condition, state, cause)
  local fact = 'DependencyError: Not run: it needed the ' .. condition .. ' of "' .. bucket_id .. '", which '
  local reason = fact .. (state == 'skipped' and 'was skipped' or state) .. '.'
  return cause == '' and reason or reason .. ROOT_CAUSE .. cause
end

-- As JSON.stringify writes it, which leaves slashes as they are.
local function json_text(text)
  return (string.gsub(cjson.encode(text), '\\\\/', '/'))
end

-- As core's codec writes it.
local function store_skipped(id, ttl, reason, cause)
  local at = string.format('%.0f', now())
  local body = '{"success":false,"skipped":true,"ttl":' .. ttl .. ',"timestamp":' .. at .. ',"exception":' .. json_text(reason)
    .. ',"startedAt":' .. at .. ',"finishedAt":' .. at .. ',"data":null}'
  store_bucket({ id = id, body = body, ttl = ttl == 'null' and '' or ttl, state = 'skipped', cause = cause })
end

-- Ends a parked job without running it.
local function skip(job, reason, cause)
  local result, ttl = unpack(redis.call('HMGET', job.record, 'result', 'ttl'))
  redis.call('ZREM', job.channel.waiting, job.id)
  redis.call('HDEL', job.channel.index, job.id)
  leave(job)
  if result then store_skipped(result, ttl, reason, cause) end
end

-- It stays a member until it has ended, save that of the end of a message without id we are not told.
local function publish(job)
  local priority, has_id, fields, timing, when = unpack(cmsgpack.unpack(redis.call('HGET', job.record, 'message')))
  redis.call('ZREM', job.channel.waiting, job.id)
  redis.call('HDEL', job.record, unpack(PARKED))
  if has_id == 0 then leave(job) end
  local id = has_id == 1 and job.id or ''
  send({ channel = job.channel, priority = priority, id = id, fields = fields, timing = timing, when = when })
end

-- Tells one who is registered with the bucket; he may have been released before, or be there no more.
local function tell_job(job, bucket)
  local field = 'c:' .. bucket.id
  local condition = redis.call('HGET', job.record, field)
  if not condition then
    if redis.call('EXISTS', job.record) == 0 then leave_bucket(job, bucket.id) end
  elseif not is_met(condition, bucket.state) then
    local reason = broken_reason(bucket.id, condition, bucket.state, bucket.cause)
    skip(job, reason, bucket.cause ~= '' and bucket.cause or described(bucket.id, bucket.state))
  else
    redis.call('HDEL', job.record, field)
    if redis.call('HINCRBY', job.record, 'missing', -1) == 0 then publish(job) end
  end
end

local stored, first, last = {}, 1, 0

local function tell_all()
  while first <= last do
    local bucket = stored[first]
    stored[first] = nil
    first = first + 1
    for _, member in ipairs(redis.call('SMEMBERS', waiters_key(bucket.id))) do tell_job(job_named(member), bucket) end
  end
end

local telling = false

-- Releases or skips the jobs that wait for a bucket which has been stored. To skip is to store the next one: they stand in
-- line here, as a graph may be deeper than calls can be.
operations.tell = function(bucket)
  last = last + 1
  stored[last] = bucket
  if telling then return end
  telling = true
  local ok, problem = pcall(tell_all)
  telling = false
  if not ok then error(problem, 0) end
end

-- Those of the waits that are missing; or nil and the first that is broken, with the state that breaks it.
local function look(waits)
  local missing = {}
  for _, wait in ipairs(waits.on) do
    local state = state_of(wait.id)
    if not state then
      missing[#missing + 1] = wait
    elseif not is_met(wait.condition, state) then
      return nil, wait, state
    end
  end
  return missing
end

local function join(job, waits)
  local on = {}
  for i, wait in ipairs(waits.on) do
    on[i] = wait.id
    redis.call('SADD', waiters_key(wait.id), job.member)
    redis.call('PERSIST', bucket_key(wait.id))
  end
  redis.call('HSET', job.record, 'on', cmsgpack.pack(on))
end

local function write_conditions(job, missing)
  for from = 1, #missing, CHUNK do
    local fields = {}
    for i = from, math.min(from + CHUNK - 1, #missing) do
      fields[#fields + 1] = 'c:' .. missing[i].id
      fields[#fields + 1] = missing[i].condition
    end
    redis.call('HSET', job.record, unpack(fields))
  end
end

local function park(job, m, missing)
  local has_id = m.id ~= '' and 1 or 0
  local message = cmsgpack.pack({ m.priority, has_id, m.fields, m.timing, m.when or 0 })
  redis.call('HSET', job.record, 'message', message, 'missing', #missing, 'timeout', m.waits.timeout)
  if m.waits.result ~= '' then redis.call('HSET', job.record, 'result', m.waits.result, 'ttl', m.waits.ttl) end
  write_conditions(job, missing)
  if has_id == 1 then redis.call('HSET', job.channel.index, job.id, 'w') end
  schedule(job.channel, job.channel.waiting, job.id, now() + m.waits.timeout)
end

local nameless = 0

local function made_up_id()
  nameless = nameless + 1
  return redis.sha1hex(nameless .. table.concat(redis.call('TIME'), '.'))
end

-- Publishes a message as soon as everything that it waits for is there: now, or later; or skips it.
operations.wait = function(m)
  local missing, broken, state = look(m.waits)
  if broken then
    local cause = cause_of(broken.id, state)
    local reason = broken_reason(broken.id, broken.condition, state, cause)
    if m.waits.result == '' then return end
    return store_skipped(m.waits.result, m.waits.ttl, reason, cause ~= '' and cause or described(broken.id, state))
  end
  if #m.waits.on == 0 or (#missing == 0 and m.id == '') then return send(m) end
  local job = job_on(m.channel, m.id ~= '' and m.id or made_up_id())
  join(job, m.waits)
  if #missing == 0 then send(m) else park(job, m, missing) end
end

-- The job has ended: the buckets need not be kept for it any more.
operations.leave = function(c, id)
  leave(job_on(c, id))
end

local function late_reason(job, on, missing, timeout)
  local named = {}
  for _, bucket_id in ipairs(on) do
    if #named == math.min(MOST_NAMED, missing) then break end
    if redis.call('HEXISTS', job.record, 'c:' .. bucket_id) == 1 then named[#named + 1] = '"' .. bucket_id .. '"' end
  end
  local more = missing > #named and ' and ' .. (missing - #named) .. ' more' or ''
  local names = table.concat(named, ', ') .. more
  return 'DependencyError: Not run: it waited ' .. timeout .. ' ms for ' .. names .. ', which did not come.'
end

-- The job has waited for too long.
operations.skip_late = function(c, id)
  local job = job_on(c, id)
  local on, missing, timeout = unpack(redis.call('HMGET', job.record, 'on', 'missing', 'timeout'))
  local reason = on and late_reason(job, cmsgpack.unpack(on), tonumber(missing), timeout) or ''
  skip(job, reason, reason)
end
`;
