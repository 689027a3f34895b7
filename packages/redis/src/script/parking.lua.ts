/** How messages that wait for buckets are parked, and what is asked of them while they are. */
export const parking = /* lua */ `
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
