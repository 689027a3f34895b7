import { LIMITS } from '../options/defaults.js';

/** Jobs that wait for a single bucket, as the steps of a chain do: less is kept of them, and the bucket comes along with them. */
export const singleWaits = /* lua */ `
-- A job that has an id and waits for a single bucket has no record. While it waits, it is a field of its channel's waiting
-- messages, a packed list of the values below, in their order, and of the names and values of the message's fields.
-- When the bucket comes, it is put into the message, so that nobody has to read it: field 'input' is its body, field 'input_from'
-- its id. A large one is not: then the job has a record, of which 'on' is left, like those that wait for many.

local BUCKET, CONDITION, TIMEOUT, RESULT, TTL, PRIORITY, TIMING, WHEN, FIELDS = 1, 2, 3, 4, 5, 6, 7, 8, 9

local MOST_INPUT = ${LIMITS.inputSize}

local function is_single(m)
  return m.id ~= '' and #m.waits.on == 1
end

local function park_single(job, m)
  local waits, wait = m.waits, m.waits.on[1]
  join_bucket(job, wait.id)
  change(HASH, job.channel.waiting_messages, job.id, cmsgpack.pack({
    wait.id, wait.condition, waits.timeout, waits.result, waits.ttl, m.priority, m.timing, m.when or 0, unpack(m.fields),
  }))
end

local function unpark_single(job)
  change(HASH, job.channel.waiting_messages, job.id, false)
end

-- The values of a job that waits for a single bucket; nil where it does not.
local function find_single(job)
  local packed = value_of(HASH, job.channel.waiting_messages, job.id)
  return packed and cmsgpack.unpack(packed)
end

local function message_of_single(job, values, fields)
  return {
    channel = job.channel, id = job.id, priority = values[PRIORITY], timing = values[TIMING], when = values[WHEN], fields = fields,
  }
end

-- The message, and whether the bucket comes along with it.
local function with_input(job, values, body)
  if #body > MOST_INPUT then return message_of_single(job, values, { unpack(values, FIELDS) }), false end
  return message_of_single(job, values, { 'input', body, 'input_from', values[BUCKET], unpack(values, FIELDS) }), true
end

local function waits_of_single(values)
  local on = { { id = values[BUCKET], condition = values[CONDITION] } }
  return { on = on, timeout = values[TIMEOUT], result = values[RESULT], ttl = values[TTL] }
end

-- The message of a job that waits, for one bucket or for many; nil where it does not wait.
local function find_waiting(job)
  local values = find_single(job)
  if not values then return unpack_kept(job, redis.call('HMGET', record_of(job), unpack(KEPT))) end
  local m = message_of_single(job, values, { unpack(values, FIELDS) })
  m.waits, m.is_single = waits_of_single(values), true
  return m
end

-- Those of the buckets that have not come.
local function missing_of(job, m)
  if m.is_single then return m.waits.on end
  local missing, is_field = {}, {}
  for _, name in ipairs(redis.call('HKEYS', record_of(job))) do is_field[name] = true end
  for _, wait in ipairs(m.waits.on) do
    if is_field['c:' .. wait.id] then missing[#missing + 1] = wait end
  end
  return missing
end

-- The job leaves its buckets; \`fields\` are those of its message where it waits no more.
local function leave(job, fields)
  local on = redis.call('HGET', record_of(job), 'on')
  if on then
    on = cmsgpack.unpack(on)
    for i = 1, #on, 2 do leave_bucket(job, on[i]) end
    return redis.call('DEL', record_of(job))
  end
  local values, input = find_single(job), fields and field_of(fields, 'input_from')
  if values then
    leave_bucket(job, values[BUCKET])
    unpark_single(job)
  elseif input then
    leave_bucket(job, input)
  end
end
`;
