-- The record of a job that waits for several buckets, or that has waited and not ended yet. Such a job is the member '<channel>:<job id>'
-- of the waiters of each bucket. Its record is a hash. Once the job no longer waits, only 'on' stays:
--   on               the ids of these buckets, each followed by its condition; packed
--   message          priority, 1 if it has an id, fields, timing, when; packed
--   timeout          milliseconds
--   result, ttl      the bucket that gets the result if the job is skipped, or ''; its ttl as JSON
--   missing          how many of the buckets are not stored yet
--   c:<bucket id>    the condition, for each bucket that is not stored yet
-- A job that waits for one bucket has a compact layout instead, see lib/blocked_layout.
-- A job that was skipped because of a bucket is in the set of jobs skipped for it. Its record, under another key, holds the fields from
-- 'on' to 'ttl'. A replay may bring the job back while its result is kept.

-- Fields that both records have.
local KEPT = { 'on', 'message', 'timeout', 'result', 'ttl' }

-- How many bytes of a bucket tell its state and its ttl.
local BEGINNING = 100

local function job_on(c, id)
  return { channel = c, id = id }
end

local function job_named(member)
  local name, id = string.match(member, '^([^:]*):(.*)$')
  return job_on(channel_named(name), id)
end

local function member_of(job)
  return name_of(job.channel) .. ':' .. job.id
end

local function record_of(job)
  return START .. TS.waitingRecord .. member_of(job)
end

exports.check_record = function(m)
  if m.id ~= '' then check_type(record_of(job_on(m.channel, m.id)), 'hash') end
end

local function skipped_record_of(job)
  return START .. TS.skippedRecord .. member_of(job)
end

-- The first bytes of a bucket; '' if it does not exist.
local function begin_reading(bucket_id, bytes)
  return missing_buckets[bucket_id] and '' or redis.call('GETRANGE', bucket_key(bucket_id), 0, bytes - 1)
end

-- The state of the bucket that begins so; nil if there is none. Arguments count as succeeded.
local function state_in(beginning)
  if beginning == '' then return nil end
  if string.find(beginning, '^{"success":false,"skipped":true') then return 'skipped' end
  return string.find(beginning, '^{"success":false') and 'failed' or 'succeeded'
end

local function is_met(condition, state)
  --- @include lib/inline/condition
  return condition_is_met
end

-- The ttl from the body of a bucket, for buckets that an earlier call has stored.
local function ttl_of(bucket_id)
  local beginning = string.gsub(begin_reading(bucket_id, BEGINNING), '^{"success":%a+,', '{')
  beginning = string.gsub(beginning, '^{"skipped":%a+,', '{')
  local ttl = tonumber(string.match(beginning, '^{"ttl":([%d.]+)') or nil)
  return ttl and math.ceil(ttl) or ''
end

local function begin_ttl(bucket_id)
  local ttl = ttls[bucket_id] or ttl_of(bucket_id)
  if ttl ~= '' then redis.call('PEXPIRE', bucket_key(bucket_id), ttl) end
end

-- A bucket begins to expire when its last waiter has left. Keys of other types stay as they are.
local function begin_ttls()
  local ids = {}
  for id in pairs(left) do ids[#ids + 1] = id end
  local some_held = any_exists(ids, waiters_key)
  for _, id in ipairs(ids) do
    if not (some_held and redis.call('EXISTS', waiters_key(id)) == 1) then
      pcall(forget_set, id)
      pcall(begin_ttl, id)
    end
  end
end

at_end[#at_end + 1] = begin_ttls

local function leave_bucket(job, bucket_id)
  if redis.pcall('SREM', waiters_key(bucket_id), member_of(job)) == 1 then left[bucket_id] = true end
end

local function join_bucket(job, bucket_id)
  redis.call('SADD', waiters_key(bucket_id), member_of(job))
  local awaited = value_of(HASH, AWAITED, bucket_id) or ''
  if not has_set(awaited) then change(HASH, AWAITED, bucket_id, '+' .. awaited) end
end

local function pack_message(m)
  return cmsgpack.pack({ m.priority, m.id ~= '' and 1 or 0, m.fields, m.timing, m.when or 0 })
end

local function unpack_message(job, packed)
  local priority, has_id, fields, timing, when = unpack(cmsgpack.unpack(packed))
  local id = has_id == 1 and job.id or ''
  return { channel = job.channel, priority = priority, id = id, fields = fields, timing = timing, when = when }
end

-- The bucket ids of waits, each followed by its condition.
local function pairs_of(waits)
  local list = {}
  for _, wait in ipairs(waits) do list[#list + 1], list[#list + 2] = wait.id, wait.condition end
  return list
end

local function pack_waits(waits)
  return cmsgpack.pack(pairs_of(waits.on))
end

-- The message of a record whose values come in the order of KEPT; nil if it holds no message any more.
local function unpack_kept(job, values)
  local on, message, timeout, result, ttl = unpack(values)
  if not message then return nil end
  local m, waits = unpack_message(job, message), { timeout = timeout, result = result, ttl = ttl, on = {} }
  on = cmsgpack.unpack(on)
  for i = 1, #on, 2 do waits.on[#waits.on + 1] = { id = on[i], condition = on[i + 1] } end
  m.waits = waits
  return m
end

-- The fields of KEPT in the record of a message, each followed by its value.
local function kept_of(m)
  local waits = m.waits
  return {
    'on', pack_waits(waits), 'message', pack_message(m), 'timeout', waits.timeout, 'result', waits.result, 'ttl', waits.ttl,
  }
end
