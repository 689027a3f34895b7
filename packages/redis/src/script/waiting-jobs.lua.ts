import { CHANNEL_ENDINGS } from '../keys.js';

/** What is kept of a job that waits for buckets, and how a job comes to keep a bucket. */
export const waitingJobs = /* lua */ `
-- A job that waits for buckets, or has yet to read them, is a member '<channel>:<job id>' of the waiters of each. Its record
-- is a hash, of which 'on' alone is left once it waits no more:
--   on               the ids of those buckets, each followed by its condition; packed
--   message          priority, has it an id?, fields, timing, when; packed
--   timeout          milliseconds
--   result, ttl      the bucket that is to say that it was skipped or '', its ttl as JSON
--   missing          how many of the buckets have not come
--   c:<bucket id>    the condition, for each of these
-- One that was skipped because of a bucket is a member of those skipped for it. Its record, under another key, holds the
-- first four; it may be brought back for as long as its result is kept.

-- How many bytes of a bucket tell its state and its ttl.
local BEGINNING = 100

local named = {}

-- A job that waits may be on a channel that was not passed.
local function channel_named(name)
  if named[name] then return named[name] end
  local start = KEYS[3] .. name
  named[name] = {
    h = start .. '${CHANNEL_ENDINGS.high}', m = start .. '${CHANNEL_ENDINGS.medium}', l = start .. '${CHANNEL_ENDINGS.low}',
    delayed = start .. '${CHANNEL_ENDINGS.delayed}', messages = start .. '${CHANNEL_ENDINGS.delayedMessages}',
    waiting = start .. '${CHANNEL_ENDINGS.waiting}', index = start .. '${CHANNEL_ENDINGS.index}',
    group = start .. '${CHANNEL_ENDINGS.group}', control = start .. '${CHANNEL_ENDINGS.control}',
  }
  return named[name]
end

-- A job as this part knows it: channel, id, member, keys of its records.
local function job_of_member(c, id, member)
  return { channel = c, id = id, member = member, record = KEYS[4] .. member, skipped = KEYS[5] .. member }
end

local function job_on(c, id)
  return job_of_member(c, id, string.sub(c.m, #KEYS[3] + 1) .. ':' .. id)
end

local function job_named(member)
  local name, id = string.match(member, '^([^:]*):(.*)$')
  return job_of_member(channel_named(name), id, member)
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
  on = cmsgpack.unpack(on)
  for i = 1, #on, 2 do leave_bucket(job, on[i]) end
  redis.call('DEL', job.record)
end

local function pack_message(m)
  return cmsgpack.pack({ m.priority, m.id ~= '' and 1 or 0, m.fields, m.timing, m.when or 0 })
end

local function unpack_message(job, packed)
  local priority, has_id, fields, timing, when = unpack(cmsgpack.unpack(packed))
  local id = has_id == 1 and job.id or ''
  return { channel = job.channel, priority = priority, id = id, fields = fields, timing = timing, when = when }
end

local function pack_waits(waits)
  local on = {}
  for _, wait in ipairs(waits.on) do
    on[#on + 1] = wait.id
    on[#on + 1] = wait.condition
  end
  return cmsgpack.pack(on)
end

local function unpack_waits(packed, timeout, result, ttl)
  local on, waits = cmsgpack.unpack(packed), { timeout = timeout, result = result, ttl = ttl, on = {} }
  for i = 1, #on, 2 do waits.on[#waits.on + 1] = { id = on[i], condition = on[i + 1] } end
  return waits
end
`;
