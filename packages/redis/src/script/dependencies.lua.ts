/** Messages that wait for buckets: how they are parked and released. Made only where somebody waits. */
export const dependencies = /* lua */ `
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

-- Looks at once whether anything is there that is waited for: of a graph that has just been made, nothing is.
operations.look_ahead = function(messages)
  local ids, keys = {}, {}
  for _, m in ipairs(messages) do
    for _, wait in ipairs(m.waits.on) do
      ids[#ids + 1] = wait.id
      keys[#keys + 1] = bucket_key(wait.id)
    end
  end
  if is_any_there(keys) then return end
  for _, id in ipairs(ids) do absent[id] = true end
end

-- The first so many bytes of a bucket; '' where it is not there.
local function begin_reading(bucket_id, bytes)
  return absent[bucket_id] and '' or redis.call('GETRANGE', bucket_key(bucket_id), 0, bytes - 1)
end

local function broken_at(wait, state)
  return { id = wait.id, condition = wait.condition, state = state, cause = cause_of(wait.id, state) }
end

-- Those of the waits that are missing, of which the others are known to be there; or nil and the first that is broken.
local function look(waits)
  local missing = {}
  for _, wait in ipairs(waits.on) do
    local state = state_in(begin_reading(wait.id, BEGINNING))
    wait.is_there = state ~= nil
    if not state then
      missing[#missing + 1] = wait
    elseif not is_met(wait.condition, state) then
      return nil, broken_at(wait, state)
    end
  end
  return missing
end

local function join(job, wait)
  join_bucket(job, wait.id)
  if wait.is_there then redis.call('PERSIST', bucket_key(wait.id)) end
end

-- It is skipped when it has waited for too long.
local function begin_waiting(job, m)
  if m.id ~= '' then change(HASH, job.channel.index, job.id, 'w') end
  schedule(job.channel, job.channel.waiting, job.id, now() + m.waits.timeout)
end

local function park(job, m, missing)
  local fields = { 'on', pack_waits(m.waits) }
  for i, value in ipairs({ pack_message(m), m.waits.timeout, m.waits.result, m.waits.ttl, #missing }) do
    fields[#fields + 1] = PARKED[i]
    fields[#fields + 1] = value
  end
  for _, wait in ipairs(missing) do
    fields[#fields + 1] = 'c:' .. wait.id
    fields[#fields + 1] = wait.condition
  end
  in_pages(fields, function(...) redis.call('HSET', record_of(job), ...) end)
  begin_waiting(job, m)
end

local nameless = 0

local function made_up_id()
  nameless = nameless + 1
  return redis.sha1hex(nameless .. table.concat(redis.call('TIME'), '.'))
end

local function take_along(job, m, body)
  if #body > MOST_INPUT then return keep_waited(job, m.waits) end
  append(m.fields, { 'input', body, 'input_from', m.waits.on[1].id })
end

local function wait_for_one(m)
  local wait, job = m.waits.on[1], job_on(m.channel, m.id)
  local body = begin_reading(wait.id, MOST_INPUT + 1)
  local state = state_in(body)
  if not state then
    park_single(job, m)
    begin_waiting(job, m)
  elseif not is_met(wait.condition, state) then
    end_broken(job, kept_of(m), broken_at(wait, state))
  else
    wait.is_there = true
    join(job, wait)
    take_along(job, m, body)
    send(m)
  end
end

local function wait_for_all(m)
  local missing, broken = look(m.waits)
  if missing and (#m.waits.on == 0 or (#missing == 0 and m.id == '')) then return send(m) end
  local job = job_on(m.channel, m.id ~= '' and m.id or made_up_id())
  if broken then return end_broken(job, kept_of(m), broken) end
  for _, wait in ipairs(m.waits.on) do join(job, wait) end
  if #missing > 0 then return park(job, m, missing) end
  keep_waited(job, m.waits)
  send(m)
end

-- Publishes a message as soon as everything that it waits for is there: now, or later; or skips it.
operations.wait = function(m)
  if is_single(m) then wait_for_one(m) else wait_for_all(m) end
end

-- A job that is taken away leaves its buckets. \`fields\` are those of its message, where it waits no more.
operations.leave = function(c, id, fields)
  leave(job_on(c, id), fields)
end

-- A job has ended that a bucket has come along with.
operations.leave_input = function(c, id, bucket_id)
  leave_bucket(job_on(c, id), bucket_id)
end

-- The fields of its message, and the missing buckets and their conditions in turn.
operations.inspect = function(c, id)
  local job = job_on(c, id)
  local m, missing = find_waiting(job), {}
  if not m then return {}, missing end
  for _, wait in ipairs(missing_of(job, m)) do
    missing[#missing + 1] = wait.id
    missing[#missing + 1] = wait.condition
  end
  return m.fields, missing
end
`;
