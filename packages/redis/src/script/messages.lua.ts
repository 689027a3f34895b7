import { REPLY_CHANNELS } from '@repid/core';

/** How a message gets into a channel, and what is known about the jobs there. */
export const messages = /* lua */ `
local REPLIES = KEYS[3] .. '${REPLY_CHANNELS}'
local REPLIES_ARE_KEPT = 60 * 60 * 1000

-- Who asks may be gone before the reply comes: nobody would ever remove its channel.
local function keep_for_a_while(c, stream)
  if c.is_for_replies == nil then c.is_for_replies = string.sub(c.m, 1, #REPLIES) == REPLIES end
  if c.is_for_replies then redis.call('PEXPIRE', stream, REPLIES_ARE_KEPT) end
end

-- Priorities beside medium are rare: their streams are made by the first message, and consumers are told to look.
local function ensure_stream(c, priority)
  if redis.call('EXISTS', c[priority]) == 0 then
    open_stream(c, c[priority])
    tell(c.control, 'look')
  end
end

local function add_entry(c, priority, id, indexed, fields)
  if priority ~= 'm' then ensure_stream(c, priority) end
  local entry = redis.call('XADD', c[priority], '*', unpack(fields))
  if c.is_for_replies ~= false then keep_for_a_while(c, c[priority]) end
  if indexed then change(HASH, c.index, id, priority .. entry) end
end

-- The lowest score: when the first is due, or has waited for too long.
local function first_of(zset)
  local first = redis.call('ZRANGE', zset, 0, 0, 'WITHSCORES')
  return first[2] and tonumber(first[2])
end

-- What was the first of each zset when this call first looked, or what it has put before that. That others may have been
-- taken out since does no harm: they are what consumers know of.
local firsts = {}

local last_score, last_text

-- Many wait for the same time.
local function text_of(score)
  if score ~= last_score then last_score, last_text = score, string.format('%.3f', score) end
  return last_text
end

-- Consumers are told where it comes before what they know of.
local function schedule(c, zset, member, score)
  local before = firsts[zset] or first_of(zset) or math.huge
  change(ZSET, zset, member, text_of(score))
  if score >= before then
    firsts[zset] = before
  else
    firsts[zset] = score
    tell(c.control, 'due:' .. math.floor(score - now()))
  end
end

local delayed_count = 0

-- The score's fraction keeps what one call delays to the same millisecond in its order.
local function delay_entry(c, priority, id, indexed, fields, due)
  delayed_count = delayed_count + 1
  local member = indexed and id or redis.sha1hex(due .. fields[2] .. delayed_count .. table.concat(redis.call('TIME'), '.'))
  change(HASH, c.messages, member, cmsgpack.pack({ priority, indexed and 1 or 0, fields }))
  if indexed then change(HASH, c.index, id, 'd') end
  schedule(c, c.delayed, member, due + math.min(delayed_count, 999) / 1000)
end

local WAITING = { w = true, s = true, o = true }

local function is_waiting(location)
  return WAITING[string.sub(location, 1, 1)]
end

-- Where a job is: 'waiting', 'delayed', 'queued' or 'running', and its location. What the index says wrongly is forgotten:
-- somebody else may have trimmed the stream, or acknowledged the entry without removing it.
local function locate(c, id)
  local location = value_of(HASH, c.index, id)
  if not location then return nil end
  if is_waiting(location) then
    if value_of(ZSET, c.waiting, id) then return 'waiting', location end
  elseif location == 'd' then
    if value_of(ZSET, c.delayed, id) then return 'delayed', location end
  else
    local stream, entry = c[string.sub(location, 1, 1)], string.sub(location, 2)
    if pending_entry(c, stream, entry) then return 'running', location end
    if #redis.call('XRANGE', stream, entry, entry) > 0 and is_after(entry, (last_delivered(c, stream))) then
      return 'queued', location
    end
  end
  change(HASH, c.index, id, false)
  return nil
end

-- So many at once.
local function arguments(count)
  cursor = cursor + count
  return unpack(ARGV, cursor - count + 1, cursor)
end

local function read_bucket()
  local id, body, ttl, state, cause = arguments(5)
  return { id = id, body = body, ttl = ttl, state = state, cause = cause }
end

-- Reads: buckets to remove, buckets to store.
local function read_buckets()
  local clears, buckets = {}, {}
  for i = 1, number() do clears[i] = argument() end
  for i = 1, number() do buckets[i] = read_bucket() end
  return clears, buckets
end

-- Reads: milliseconds, the bucket that says that it was skipped or '', its ttl as JSON; how many, buckets and conditions.
local function read_waits()
  local timeout, result, ttl, count = arguments(4)
  local on = {}
  for i = 1, tonumber(count) do
    local id, condition = arguments(2)
    on[i] = { id = id, condition = condition }
  end
  return { timeout = timeout, result = result, ttl = ttl, on = on }
end

-- Reads what waits for a single bucket: that; the one that says that it was skipped, where its shape does not say it; values of its
-- fields, buckets. What is kept of it while it waits is put together here already.
local function read_single(shape, id, when)
  local bucket_id, c = argument(), shape.channel
  local result = shape.result == 'r' and argument() or ''
  local parked, clears, buckets = { name_of(c), id, shape.text, result, when or 0, arguments(#shape.names) }, nil, nil
  if shape.has_buckets then clears, buckets = read_buckets() end
  return {
    shape = shape, channel = c, priority = shape.priority, id = id, timing = shape.timing,
    bucket_id = bucket_id, parked = parked, clears = clears, buckets = buckets,
  }
end

local function read_fields(shape, id)
  local fields, names = {}, shape.names
  for i = 1, #names do
    fields[2 * i - 1] = names[i]
    fields[2 * i] = argument()
  end
  if shape.has_id_field then
    fields[#fields + 1] = 'id'
    fields[#fields + 1] = id
  end
  return fields
end

-- Reads a message: its shape; then what that says that there is: job id, when, values of its fields, buckets, waits.
local function read_message()
  local shape = shape_of(argument())
  local id = shape.has_id and argument() or ''
  local when = shape.timing ~= '' and number() or nil
  if shape.condition then return read_single(shape, id, when) end
  local fields, clears, buckets, waits = read_fields(shape, id), nil, nil, nil
  if shape.has_buckets then clears, buckets = read_buckets() end
  if shape.has_waits then waits = read_waits() end
  return {
    shape = shape, channel = shape.channel, priority = shape.priority, id = id, timing = shape.timing, when = when,
    fields = fields, clears = clears, buckets = buckets, waits = waits,
  }
end

-- Puts a message where it is delivered from, now or when it is due.
local function put(c, priority, id, fields, timing, when)
  if timing ~= '' then
    local due = timing == 'in' and now() + when or when
    if due > now() then return delay_entry(c, priority, id, id ~= '', fields, due) end
  end
  add_entry(c, priority, id, id ~= '', fields)
end

local function send(m)
  put(m.channel, m.priority, m.id, m.fields, m.timing, m.when)
end

-- Taken while a job of this id is there, or the result that it would clear has yet to be read.
local function is_taken(m)
  local c, id = m.channel, m.id
  if value_of(HASH, c.index, id) and locate(c, id) then return true end
  if not m.clears then return false end
  for _, id in ipairs(m.clears) do if is_held(id) then return true end end
  return false
end

-- True where neither it is taken nor one of those seen before has the same id.
local function is_first(m, seen)
  local id, ids = m.id, seen[m.channel]
  if id == '' then return true end
  if not ids then
    ids = {}
    seen[m.channel] = ids
  end
  if ids[id] or is_taken(m) then return false end
  ids[id] = true
  return true
end

local function check_delayed(c)
  check_type(c.delayed, 'zset')
  check_type(c.messages, 'hash')
end

-- Raises an error before anything is written where it could not be: what a script has written stays.
local function check_place(c, priority, indexed, timing)
  check_type(c[priority], 'stream')
  if indexed then check_type(c.index, 'hash') end
  if timing ~= '' then check_delayed(c) end
end

local function check_message(m)
  local c = m.channel
  check_place(c, m.priority, m.id ~= '', m.timing)
  if m.waits or m.bucket_id then
    check_type(c.waiting, 'zset')
    check_type(c.waiting_messages, 'hash')
    check_type(AWAITED, 'hash')
  end
end

-- Those of one shape go to the same keys.
local function check_messages(batch)
  local checked = {}
  for _, m in ipairs(batch) do
    if not checked[m.shape] then
      check_message(m)
      checked[m.shape] = true
    end
  end
end

local function append(list, more)
  for _, one in ipairs(more) do list[#list + 1] = one end
end

-- Buckets first: a message may wait for what another of the batch brings, but not for what that one clears.
local function put_buckets(batch)
  local clears, buckets, waiting = {}, {}, {}
  for i = 1, #batch do
    local m = batch[i]
    if m.clears then append(clears, m.clears) end
    if m.buckets then append(buckets, m.buckets) end
    if m.waits or m.bucket_id then waiting[#waiting + 1] = m end
  end
  clear_buckets(clears)
  store_buckets(buckets)
  if #waiting > 0 then part('dependencies').look_ahead(waiting) end
end

-- All of them have been checked.
local function put_messages(batch)
  for _, m in ipairs(batch) do
    if not m.shape.is_plain then
      put_buckets(batch)
      break
    end
  end
  local wait
  for i = 1, #batch do
    local m = batch[i]
    if m.waits or m.bucket_id then
      wait = wait or part('dependencies').wait
      wait(m)
    else
      send(m)
    end
  end
end
`;
