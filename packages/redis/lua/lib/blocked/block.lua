-- Blocks messages until their buckets are stored, and looks at blocked jobs.

-- Checks all awaited buckets together: whether any exists. In a graph that has just been published, none does.
exports.look_ahead = function(messages)
  local ids = {}
  for _, m in ipairs(messages) do
    if m.bucket_id then
      ids[#ids + 1] = m.bucket_id
    else
      for _, wait in ipairs(m.waits.on) do ids[#ids + 1] = wait.id end
    end
  end
  look_up(AWAITED, ids)
  if any_exists(ids, bucket_key) then return end
  for _, id in ipairs(ids) do missing_buckets[id] = true end
end

local function broken_at(wait, state)
  local cause, name = cause_of(wait.id, state)
  return { id = wait.id, condition = wait.condition, state = state, cause = cause, name = name }
end

-- The waits whose buckets are missing; or nil and the first wait that is broken.
local function look(waits)
  local missing = {}
  for _, wait in ipairs(waits.on) do
    local state = state_in(begin_reading(wait.id, BEGINNING))
    wait.is_stored = state ~= nil
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
  if wait.is_stored then redis.call('PERSIST', bucket_key(wait.id)) end
end

-- The job is skipped at its timeout.
local function begin_waiting(job, m)
  if m.id ~= '' then change(HASH, JOBS, job.id, location_at(job.channel, 'w', '')) end
  schedule(job.channel, job.channel.waiting, job.id, now() + m.waits.timeout)
end

local function block_recorded(job, m, missing)
  local fields = kept_of(m)
  append(fields, { 'missing', #missing })
  for _, wait in ipairs(missing) do fields[#fields + 1], fields[#fields + 2] = 'c:' .. wait.id, wait.condition end
  write_all('HSET', record_of(job), fields)
  begin_waiting(job, m)
end

local nameless = 0

local function made_up_id()
  nameless = nameless + 1
  return redis.sha1hex(nameless .. table.concat(redis.call('TIME'), '.'))
end

-- The one bucket that the job waits for is stored already.
local function decide_at_once(m, body)
  local job, state = job_on(m.channel, m.id), state_in(body)
  local waits = waits_of_compact(m.shape, m.blocked, m.bucket_id)
  local wait = waits.on[1]
  if not is_met(wait.condition, state) then
    return end_broken(job, whole_compact(job, m.blocked, m.bucket_id), broken_at(wait, state))
  end
  local is_inlined = can_inline(body)
  wait.is_stored = true
  if not is_inlined then
    join(job, wait)
    keep_waits(job, waits)
  end
  send(message_of_compact(job, m.shape, m.blocked, m.bucket_id, is_inlined and body))
end

local function wait_for_one(m)
  local body = begin_reading(m.bucket_id, TS.inlinedResultSize + 1)
  if body == '' then block_compact(m) else decide_at_once(m, body) end
end

local function wait_for_all(m)
  local missing, broken = look(m.waits)
  if missing and (#m.waits.on == 0 or (#missing == 0 and m.id == '')) then return send(m) end
  local job = job_on(m.channel, m.id ~= '' and m.id or made_up_id())
  if broken then return end_broken(job, m, broken) end
  for _, wait in ipairs(m.waits.on) do join(job, wait) end
  if #missing > 0 then return block_recorded(job, m, missing) end
  keep_waits(job, m.waits)
  send(m)
end

-- Publishes a message as soon as all its buckets are stored, now or later; or skips it.
exports.block = function(m)
  if m.bucket_id then wait_for_one(m) else wait_for_all(m) end
end

-- A job that has ended or was removed leaves its buckets.
exports.leave = function(c, id)
  leave(job_on(c, id))
end

exports.waiters = function(bucket_id)
  local first, members = waiters_of(bucket_id)
  local values = first and cmsgpack.unpack(first)
  local waiters = { values and values[NAME] .. ':' .. values[ID] }
  for _, waiter in ipairs(members) do waiters[#waiters + 1] = waiter end
  return waiters
end

-- The fields of the job's message; the missing buckets, each followed by its condition.
exports.inspect = function(c, id)
  local job = job_on(c, id)
  local m = find_waiting(job)
  if not m then return {}, {} end
  return m.fields, pairs_of(missing_of(job, m))
end
