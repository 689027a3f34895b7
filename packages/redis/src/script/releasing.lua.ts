/** How jobs that wait for a bucket are released, or skipped, when it is stored. */
export const releasing = /* lua */ `
local PARKED = { 'message', 'timeout', 'result', 'ttl', 'missing' }

-- What is left of a record when its job waits no more.
local function keep_waited(job, waits)
  redis.call('HSET', record_of(job), 'on', pack_waits(waits))
end

-- It stays a member until it has ended, save that of the end of a message without id we are not told.
local function publish_recorded(job, condition)
  local m = unpack_message(job, redis.call('HGET', record_of(job), 'message'))
  check_message(m)
  check_type(job.channel.waiting, 'zset')
  change(ZSET, job.channel.waiting, job.id, false)
  redis.call('HDEL', record_of(job), condition, unpack(PARKED))
  if m.id == '' then leave(job) end
  send(m)
end

-- Those of one shape go to the same keys.
local function check_released(c, shape)
  check_place(c, shape.priority, true, shape.timing)
  check_type(c.waiting, 'zset')
  c.released = shape
end

-- The bucket comes along, or the job keeps it until it has ended.
local function publish_single(job, shape, values, bucket, is_first)
  local c, id, comes_along = job.channel, job.id, fits_in(bucket.body)
  if c.released ~= shape then check_released(c, shape) end
  change(ZSET, c.waiting, id, false)
  unpark_single(job, bucket.id, is_first)
  if not comes_along then
    join_bucket(job, bucket.id)
    keep_waited(job, waits_of_single(shape, values, bucket.id))
  end
  put(c, shape.priority, id, fields_of(shape, id, values, comes_along and bucket), shape.timing, values[WHEN])
end

local function broken_by(bucket, condition)
  return { id = bucket.id, condition = condition, state = bucket.state, cause = bucket.cause or '', name = bucket.name }
end

local function tell_single(job, values, bucket, is_first)
  local shape = shape_of(values[SHAPE])
  if is_met(shape.condition, bucket.state) then
    publish_single(job, shape, values, bucket, is_first)
  else
    skip_broken(job, broken_by(bucket, shape.condition))
  end
end

-- One without an id has but a record, and one that a bucket has come along with none.
local function is_known(job)
  return value_of(HASH, JOBS, job.id) or redis.call('EXISTS', record_of(job)) == 1
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
local function tell_member(member, bucket)
  local job = job_named(member)
  local values, bucket_id = find_single(job)
  if bucket_id == bucket.id then tell_single(job, values, bucket, false) else tell_recorded(job, bucket) end
end

-- Tells the first who is registered with the bucket alone, by what is kept of him.
local function tell_first(first, bucket)
  local values = cmsgpack.unpack(first)
  tell_single(job_on(channel_named(values[NAME]), values[ID]), values, bucket, true)
end

-- What the bucket means to others is no part of the act that stores it: one who can't be published goes on to wait.
local function try_to_tell(tell_one, who, bucket)
  local ok, problem = attempt(tell_one, who, bucket)
  if not ok then redis.log(redis.LOG_WARNING, 'repid: "' .. who .. '" goes on to wait: ' .. message_of(problem)) end
end

local function tell_all(bucket, first, members)
  if first then try_to_tell(tell_first, first, bucket) end
  for i = 1, #members do try_to_tell(tell_member, members[i], bucket) end
end

local is_telling, in_line = false, {}

-- Releases or skips the jobs that wait for a bucket which has been stored. To skip is to store the next one: they stand in
-- line here, as a graph may be deeper than calls can be.
operations.tell = function(bucket, first, members)
  if is_telling then
    in_line[#in_line + 1] = { bucket, first, members }
    return
  end
  is_telling = true
  tell_all(bucket, first, members)
  local place = 1
  while in_line[place] do
    tell_all(unpack(in_line[place], 1, 3))
    place = place + 1
  end
  is_telling, in_line = false, {}
end
`;
