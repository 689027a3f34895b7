/** Messages that wait for buckets: how they are parked and released. Made only where somebody waits. */
export const dependencies = /* lua */ `
local PARKED = { 'message', 'timeout', 'result', 'ttl', 'missing' }
-- How many names and values are written at once, an even number: Lua can't unpack many thousands.
local CHUNK = 1000

-- It stays a member until it has ended, save that of the end of a message without id we are not told.
local function publish(job, condition)
  local m = unpack_message(job, redis.call('HGET', job.record, 'message'))
  check_messages({ m })
  redis.call('ZREM', job.channel.waiting, job.id)
  redis.call('HDEL', job.record, condition, unpack(PARKED))
  if m.id == '' then leave(job) end
  send(m)
end

-- Tells one who is registered with the bucket; he may have been released before, or be there no more.
local function tell_job(job, bucket)
  local field = 'c:' .. bucket.id
  local condition, missing = unpack(redis.call('HMGET', job.record, field, 'missing'))
  if not condition then
    if redis.call('EXISTS', job.record) == 0 then leave_bucket(job, bucket.id) end
  elseif not is_met(condition, bucket.state) then
    skip_broken(job, { id = bucket.id, condition = condition, state = bucket.state, cause = bucket.cause })
  elseif missing == '1' then
    publish(job, field)
  else
    redis.call('HDEL', job.record, field)
    redis.call('HINCRBY', job.record, 'missing', -1)
  end
end

-- What the bucket means to others is no part of the act that stores it: one who can't be published goes on to wait.
local function try_to_tell(member, bucket)
  local ok, problem = pcall(tell_job, job_named(member), bucket)
  if not ok then redis.log(redis.LOG_WARNING, 'repid: "' .. member .. '" goes on to wait: ' .. message_of(problem)) end
end

local stored, first, last = {}, 1, 0

local function tell_all()
  while first <= last do
    local bucket = stored[first]
    stored[first] = nil
    first = first + 1
    for _, member in ipairs(bucket.members) do try_to_tell(member, bucket) end
  end
end

local telling = false

-- Releases or skips the jobs that wait for a bucket which has been stored. To skip is to store the next one: they stand in
-- line here, as a graph may be deeper than calls can be.
operations.tell = function(bucket, members)
  last = last + 1
  bucket.members = members
  stored[last] = bucket
  if telling then return end
  telling = true
  local ok, problem = pcall(tell_all)
  telling = false
  if not ok then error(problem, 0) end
end

-- Those of the waits that are missing, of which the others are known to be there; or nil and the first that is broken.
local function look(waits)
  local missing = {}
  for _, wait in ipairs(waits.on) do
    local state = state_of(wait.id)
    wait.is_there = state ~= nil
    if not state then
      missing[#missing + 1] = wait
    elseif not is_met(wait.condition, state) then
      return nil, { id = wait.id, condition = wait.condition, state = state, cause = cause_of(wait.id, state) }
    end
  end
  return missing
end

local function join(job, waits)
  for _, wait in ipairs(waits.on) do
    redis.call('SADD', waiters_key(wait.id), job.member)
    if wait.is_there then redis.call('PERSIST', bucket_key(wait.id)) end
  end
end

local function write(job, fields)
  for from = 1, #fields, CHUNK do
    redis.call('HSET', job.record, unpack(fields, from, math.min(from + CHUNK - 1, #fields)))
  end
end

local function park(job, m, missing, on)
  local values, fields = { pack_message(m), m.waits.timeout, m.waits.result, m.waits.ttl, #missing }, { 'on', on }
  for i, name in ipairs(PARKED) do
    fields[#fields + 1] = name
    fields[#fields + 1] = values[i]
  end
  for _, wait in ipairs(missing) do
    fields[#fields + 1] = 'c:' .. wait.id
    fields[#fields + 1] = wait.condition
  end
  write(job, fields)
  if m.id ~= '' then redis.call('HSET', job.channel.index, job.id, 'w') end
  schedule(job.channel, job.channel.waiting, job.id, now() + m.waits.timeout)
end

local nameless = 0

local function made_up_id()
  nameless = nameless + 1
  return redis.sha1hex(nameless .. table.concat(redis.call('TIME'), '.'))
end

-- Publishes a message as soon as everything that it waits for is there: now, or later; or skips it.
operations.wait = function(m)
  local missing, broken = look(m.waits)
  if missing and (#m.waits.on == 0 or (#missing == 0 and m.id == '')) then return send(m) end
  local job = job_on(m.channel, m.id ~= '' and m.id or made_up_id())
  local on = pack_waits(m.waits)
  if broken then
    local values = { on, pack_message(m), m.waits.timeout, m.waits.result, m.waits.ttl }
    return end_broken(job, values, broken)
  end
  join(job, m.waits)
  if #missing > 0 then return park(job, m, missing, on) end
  redis.call('HSET', job.record, 'on', on)
  send(m)
end

-- The job has ended: the buckets need not be kept for it any more.
operations.leave = function(c, id)
  leave(job_on(c, id))
end

-- The fields of its message, and the missing buckets and their conditions in turn.
operations.inspect = function(c, id)
  local job, missing = job_on(c, id), {}
  local on, message = unpack(redis.call('HMGET', job.record, 'on', 'message'))
  if not on then return {}, missing end
  on = cmsgpack.unpack(on)
  for i = 1, #on, 2 do
    if redis.call('HEXISTS', job.record, 'c:' .. on[i]) == 1 then
      missing[#missing + 1] = on[i]
      missing[#missing + 1] = on[i + 1]
    end
  end
  return cmsgpack.unpack(message)[3], missing
end
`;
