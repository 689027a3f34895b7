-- Jobs in the compact layout of lib/blocked_layout: they wait for one bucket, as the steps of a chain do.

local function block_compact(m)
  local c, id, bucket_id = m.channel, m.id, m.bucket_id
  local packed, awaited = cmsgpack.pack(m.blocked), value_of(HASH, AWAITED, bucket_id) or ''
  if awaited == '' or awaited == '+' then
    change(HASH, AWAITED, bucket_id, awaited .. packed)
    change(HASH, JOBS, id, location_at(c, 's', bucket_id))
  else
    join_bucket(job_on(c, id), bucket_id)
    change(HASH, c.waiting_messages, id, packed)
    change(HASH, JOBS, id, location_at(c, 'o', bucket_id))
  end
  schedule(c, c.waiting, id, now() + m.shape.timeout)
end

-- The values of a job in the compact layout, its bucket, and whether it is the first waiter. Nil if it has another layout.
local function find_compact(job)
  local location = value_of(HASH, JOBS, job.id) or ''
  local letter, bucket_id = string.match(location, '^([so])(.*)@[^@]+$')
  local packed
  if letter == 's' then packed = first_in(value_of(HASH, AWAITED, bucket_id) or '') end
  if letter == 'o' then packed = value_of(HASH, job.channel.waiting_messages, job.id) end
  local ok, values = pcall(cmsgpack.unpack, packed or nil)
  if not ok or type(values) ~= 'table' or values[ID] ~= job.id or values[NAME] ~= name_of(job.channel) then return nil end
  return values, bucket_id, letter == 's'
end

local function message_of_compact(job, shape, values, bucket_id, body)
  return {
    channel = job.channel, id = job.id, priority = shape.priority, timing = shape.timing, when = values[WHEN],
    fields = fields_of(shape, job.id, values, bucket_id, body),
  }
end

local function waits_of_compact(shape, values, bucket_id)
  local on = { { id = bucket_id, condition = shape.condition } }
  return { on = on, timeout = shape.timeout, result = shape.result == '=' and values[ID] or values[RESULT], ttl = shape.ttl }
end

local function whole_compact(job, values, bucket_id)
  local shape = shape_of(values[SHAPE])
  local m = message_of_compact(job, shape, values)
  m.waits, m.is_compact = waits_of_compact(shape, values, bucket_id), true
  return m
end

-- The message of a job that waits, in either layout; nil if it does not wait.
local function find_waiting(job)
  local values, bucket_id = find_compact(job)
  if values then return whole_compact(job, values, bucket_id) end
  return unpack_kept(job, redis.call('HMGET', record_of(job), unpack(KEPT)))
end

-- The waits whose buckets are not stored yet.
local function missing_of(job, m)
  if m.is_compact then return m.waits.on end
  local missing, is_field = {}, {}
  for _, name in ipairs(redis.call('HKEYS', record_of(job))) do is_field[name] = true end
  for _, wait in ipairs(m.waits.on) do
    if is_field['c:' .. wait.id] then missing[#missing + 1] = wait end
  end
  return missing
end

local function unblock_compact(job, bucket_id, is_first)
  if is_first then
    local awaited = value_of(HASH, AWAITED, bucket_id) or ''
    change(HASH, AWAITED, bucket_id, has_set(awaited) and '+')
  else
    change(HASH, job.channel.waiting_messages, job.id, false)
    leave_bucket(job, bucket_id)
  end
end

-- The job leaves its buckets. While it waits, its location stays.
local function leave(job)
  local on = redis.pcall('HGET', record_of(job), 'on')
  if on then
    local ok, ids = pcall(cmsgpack.unpack, on)
    for i = 1, ok and type(ids) == 'table' and #ids or 0, 2 do leave_bucket(job, ids[i]) end
    redis.call('DEL', record_of(job))
  end
  local values, bucket_id, is_first = find_compact(job)
  if values then
    unblock_compact(job, bucket_id, is_first)
    left[bucket_id] = true
  end
end
