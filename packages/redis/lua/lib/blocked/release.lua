-- Releases or skips the jobs that wait for a bucket when it is stored.

-- The fields of a record that say what its job waits for. They are deleted when the job is released.
local WAIT_FIELDS = { 'message', 'timeout', 'result', 'ttl', 'missing' }

-- A released job keeps its buckets until it ends.
local function keep_waits(job, waits)
  redis.call('HSET', record_of(job), 'on', pack_waits(waits))
end

-- The job stays among the waiters until it ends. The end of a bare message is not reported, so it leaves at once.
local function release_recorded(job, condition_field)
  local m = unpack_message(job, redis.call('HGET', record_of(job), 'message'))
  check_message(m)
  check_type(job.channel.waiting, 'zset')
  change(ZSET, job.channel.waiting, job.id, false)
  redis.call('HDEL', record_of(job), condition_field, unpack(WAIT_FIELDS))
  if m.id == '' then leave(job) end
  send(m)
end

-- Jobs of one shape go to the same keys.
local function check_release(c, shape)
  check_target(c, shape.priority, true, shape.timing)
  check_type(c.waiting, 'zset')
  c.released = shape
end

-- Inlines the bucket if it is small enough. Otherwise the job keeps the bucket until the job ends.
local function release_compact(job, shape, values, bucket, is_first)
  local c, id, is_inlined = job.channel, job.id, can_inline(bucket.body)
  if c.released ~= shape then check_release(c, shape) end
  change(ZSET, c.waiting, id, false)
  unblock_compact(job, bucket.id, is_first)
  if not is_inlined then
    join_bucket(job, bucket.id)
    keep_waits(job, waits_of_compact(shape, values, bucket.id))
  end
  put(c, shape.priority, id, fields_of(shape, id, values, bucket.id, is_inlined and bucket.body), shape.timing, values[WHEN])
end

local function broken_by(bucket, condition)
  return { id = bucket.id, condition = condition, state = bucket.state, cause = bucket.cause or '', name = bucket.name }
end

local function decide_compact(job, values, bucket, is_first)
  local shape = shape_of(values[SHAPE])
  if is_met(shape.condition, bucket.state) then
    release_compact(job, shape, values, bucket, is_first)
  else
    skip_broken(job, broken_by(bucket, shape.condition))
  end
end

-- A bare message has only a record. A job with an inlined result has none.
local function is_known(job)
  return value_of(HASH, JOBS, job.id) or redis.call('EXISTS', record_of(job)) == 1
end

local function decide_recorded(job, bucket)
  local field = 'c:' .. bucket.id
  local condition, missing = unpack(redis.call('HMGET', record_of(job), field, 'missing'))
  if not condition then
    if not is_known(job) then leave_bucket(job, bucket.id) end
  elseif not is_met(condition, bucket.state) then
    skip_broken(job, broken_by(bucket, condition))
  elseif missing == '1' then
    release_recorded(job, field)
  else
    redis.call('HDEL', record_of(job), field)
    redis.call('HINCRBY', record_of(job), 'missing', -1)
  end
end

-- A member of the bucket's waiters. The job may have been released before, or be gone.
local function decide_member(waiter, bucket)
  local job = job_named(waiter)
  local values, bucket_id = find_compact(job)
  if bucket_id == bucket.id then decide_compact(job, values, bucket, false) else decide_recorded(job, bucket) end
end

-- The first job that waits for the bucket alone, from its packed values.
local function decide_first(first, bucket)
  local values = cmsgpack.unpack(first)
  decide_compact(job_on(channel_named(values[NAME]), values[ID]), values, bucket, true)
end

-- A waiter that cannot be published goes on waiting. That does not undo the bucket.
local function try_to_decide(decide, waiter, bucket)
  local ok, problem = attempt(decide, waiter, bucket)
  if not ok then redis.log(redis.LOG_WARNING, 'repid: "' .. waiter .. '" goes on waiting: ' .. message_of(problem)) end
end

local queue = {}

-- Releases or skips the waiters of a bucket. Skipping stores the next bucket, which comes here again: buckets are queued, because a graph
-- may be deeper than the call stack.
exports.release = function(bucket, first, members)
  queue[#queue + 1] = { bucket = bucket, first = first, members = members }
  if #queue > 1 then return end
  local index = 1
  while queue[index] do
    local stored = queue[index]
    if stored.first then try_to_decide(decide_first, stored.first, stored.bucket) end
    for _, waiter in ipairs(stored.members) do try_to_decide(decide_member, waiter, stored.bucket) end
    index = index + 1
  end
  queue = {}
end
