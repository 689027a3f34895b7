--- @include lib/command
--- @include lib/blocked_layout

-- Reads messages as src/commands/message.ts writes them.

-- Reads `count` arguments at once.
local function arguments(count)
  cursor = cursor + count
  return unpack(ARGV, cursor - count + 1, cursor)
end

-- In place of a state, arguments have 'own' if their id is one that only this job can have, else 'named'.
local function read_bucket()
  local id, body, ttl, state, cause, name = arguments(6)
  local is_named = state == 'named'
  if is_named or state == 'own' then state = 'succeeded' end
  return { id = id, body = body, ttl = ttl, state = state, cause = cause, name = name ~= '' and name or nil, is_named = is_named }
end

-- Reads: how many, ids of buckets to remove; how many, buckets to store.
local function read_buckets()
  local clears, buckets = {}, {}
  for i = 1, number() do clears[i] = argument() end
  for i = 1, number() do buckets[i] = read_bucket() end
  return clears, buckets
end

-- Reads: timeout in milliseconds; the bucket that gets the result if the job is skipped, or ''; its ttl as JSON; how many, buckets and
-- conditions.
local function read_waits()
  local timeout, result, ttl, count = arguments(4)
  local on = {}
  for i = 1, tonumber(count) do
    local id, condition = arguments(2)
    on[i] = { id = id, condition = condition }
  end
  return { timeout = timeout, result = result, ttl = ttl, on = on }
end

-- Reads the rest of a message that waits for one bucket: this bucket; the bucket that gets the result if the job is skipped, unless the
-- shape says which; values of fields.
local function read_blocked(m)
  local shape = m.shape
  m.bucket_id = argument()
  local result = shape.result == 'r' and argument() or ''
  m.blocked = blocked_layout(name_of(m.channel), m.id, shape, result, m.when or 0, arguments(#shape.names))
end

local function read_fields(shape, id)
  local fields, names, before = {}, shape.names, cursor
  for i = 1, #names do fields[2 * i - 1], fields[2 * i] = names[i], ARGV[before + i] end
  cursor = before + #names
  if shape.has_id_field then fields[#fields + 1], fields[#fields + 2] = 'id', id end
  return fields
end

-- Reads a message: its shape; then the parts that the shape announces: job id, result id, when, values of fields, buckets, waits.
local function read_message()
  local shape = shape_of(argument())
  local m = { shape = shape, channel = shape.channel, priority = shape.priority, timing = shape.timing }
  m.id = shape.has_id and argument() or ''
  if shape.has_alias then m.alias = argument() end
  if shape.timing ~= '' then m.when = number() end
  if shape.condition then read_blocked(m) else m.fields = read_fields(shape, m.id) end
  if shape.has_buckets then m.clears, m.buckets = read_buckets() end
  if shape.has_waits then m.waits = read_waits() end
  return m
end

-- Reads: how many, messages.
local function read_messages()
  local messages = {}
  for i = 1, number() do messages[i] = read_message() end
  return messages
end
