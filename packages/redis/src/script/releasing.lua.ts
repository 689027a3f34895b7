/** How jobs that wait for a bucket are released, or skipped, when it is stored. */
export const releasing = /* lua */ `
local PARKED = { 'message', 'timeout', 'result', 'ttl', 'missing' }

-- What is left of a record when its job waits no more.
local function keep_waited(job, waits)
  redis.call('HSET', record_of(job), 'on', pack_waits(waits))
end

local function end_waiting(job, m)
  check_message(m)
  check_type(job.channel.waiting, 'zset')
  change(ZSET, job.channel.waiting, job.id, false)
end

-- It stays a member until it has ended, save that of the end of a message without id we are not told.
local function publish_recorded(job, condition)
  local m = unpack_message(job, redis.call('HGET', record_of(job), 'message'))
  end_waiting(job, m)
  redis.call('HDEL', record_of(job), condition, unpack(PARKED))
  if m.id == '' then leave(job) end
  send(m)
end

-- The bucket comes along, or the job keeps it until it has ended.
local function publish_single(job, values, bucket)
  local m, comes_along = with_input(job, values, bucket.body)
  end_waiting(job, m)
  unpark_single(job)
  if not comes_along then keep_waited(job, waits_of_single(values)) end
  send(m)
end

local function broken_by(bucket, condition)
  return { id = bucket.id, condition = condition, state = bucket.state, cause = bucket.cause }
end

local function tell_single(job, values, bucket)
  local condition = values[CONDITION]
  if is_met(condition, bucket.state) then
    publish_single(job, values, bucket)
  else
    skip_broken(job, broken_by(bucket, condition))
  end
end

-- One without an id has but a record, and one that a bucket has come along with none.
local function is_known(job)
  return value_of(HASH, job.channel.index, job.id) or redis.call('EXISTS', record_of(job)) == 1
end

local function tell_recorded(job, bucket)
  local field = 'c:' .. bucket.id
  local condition, missing = unpack(redis.call('HMGET', record_of(job), field, 'missing'))
  if not condition then
    if not is_known(job) then leave_bucket(job, bucket.id) end
  elseif not is_met(condition, bucket.state) then
    skip_broken(job, broken_by(bucket, condition))
  elseif missing == '1' then
    publish_recorded(job, field)
  else
    redis.call('HDEL', record_of(job), field)
    redis.call('HINCRBY', record_of(job), 'missing', -1)
  end
end

-- Tells one who is registered with the bucket; he may have been released before, or be there no more.
local function tell_job(job, bucket)
  local values = find_single(job)
  if values and values[BUCKET] == bucket.id then tell_single(job, values, bucket) else tell_recorded(job, bucket) end
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
`;
