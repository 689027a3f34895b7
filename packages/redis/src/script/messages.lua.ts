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
  if indexed then change(HASH, JOBS, id, location_at(c, priority, entry)) end
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
  if score ~= last_score then last_score, last_text = score, string.format('%.0f', score) end
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

local first_stamp, delayed_count = nil, 0

-- 20 digits: microseconds, and how many this call has delayed before. What is due at the same time is delivered in their order.
local function next_stamp()
  if not first_stamp then
    local time = redis.call('TIME')
    first_stamp = time[1] * 1000000 + time[2]
  end
  local stamp = string.format('%.0f%04d', first_stamp + math.floor(delayed_count / 10000), delayed_count % 10000)
  delayed_count = delayed_count + 1
  return stamp
end

-- Of a delayed job; a bare message has no more than the stamp.
local function delayed_member(job)
  return job.detail .. ':' .. job.id
end

local function delay_entry(c, priority, id, indexed, fields, due)
  local stamp = next_stamp()
  local member = stamp .. ':' .. (indexed and id or '')
  change(HASH, c.messages, member, cmsgpack.pack({ priority, indexed and 1 or 0, fields }))
  if indexed then change(HASH, JOBS, id, location_at(c, 'd', stamp)) end
  schedule(c, c.delayed, member, due)
end

local WAITING = { w = true, s = true, o = true }

local function is_there(job)
  local c, letter = job.channel, job.letter
  if WAITING[letter] then return value_of(ZSET, c.waiting, job.id) and 'waiting' end
  if letter == 'd' then return value_of(ZSET, c.delayed, delayed_member(job)) and 'delayed' end
  local stream, entry = c[letter], job.detail
  if pending_entry(c, stream, entry) then return 'running' end
  local found = redis.pcall('XRANGE', stream, entry, entry)
  return #found > 0 and is_after(entry, (last_delivered(c, stream))) and 'queued'
end

-- Where a job is: 'waiting', 'delayed', 'queued' or 'running', and the job: id, channel, letter and detail of its location. It is found by the
-- bucket of its result, too. What is said wrongly is forgotten: somebody else may have trimmed the stream, or acknowledged the
-- entry without removing it.
local function locate(id)
  local location = value_of(HASH, JOBS, id)
  if not location then return nil end
  local owner, place, job = owner_in(location), nil, nil
  if owner then
    if owner ~= id then place, job = locate(owner) end
  else
    local letter, detail, name = string.match(location, '^(%l)(.*)@([^@]+)$')
    if letter then job = { id = id, channel = channel_named(name), letter = letter, detail = detail } end
    place = job and is_there(job)
  end
  if place then return place, job end
  change(HASH, JOBS, id, false)
  return nil
end

-- So many at once.
local function arguments(count)
  cursor = cursor + count
  return unpack(ARGV, cursor - count + 1, cursor)
end

-- Of arguments the state is 'named', or 'own' where nobody else can have a bucket of this id.
local function read_bucket()
  local id, body, ttl, state, cause, name = arguments(6)
  local is_named = state == 'named'
  if is_named or state == 'own' then state = 'succeeded' end
  return { id = id, body = body, ttl = ttl, state = state, cause = cause, name = name ~= '' and name or nil, is_named = is_named }
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
local function read_single(shape, id, alias, when)
  local bucket_id, c = argument(), shape.channel
  local result = shape.result == 'r' and argument() or ''
  local parked, clears, buckets = { name_of(c), id, shape.text, result, when or 0, arguments(#shape.names) }, nil, nil
  if shape.has_buckets then clears, buckets = read_buckets() end
  return {
    shape = shape, channel = c, priority = shape.priority, id = id, alias = alias, timing = shape.timing,
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

-- Reads a message: its shape; then what that says that there is: job id, the bucket of its result where that is another, when, values of its
-- fields, buckets, waits.
local function read_message()
  local shape = shape_of(argument())
  local id = shape.has_id and argument() or ''
  local alias = shape.has_alias and argument() or nil
  local when = shape.timing ~= '' and number() or nil
  if shape.condition then return read_single(shape, id, alias, when) end
  local fields, clears, buckets, waits = read_fields(shape, id), nil, nil, nil
  if shape.has_buckets then clears, buckets = read_buckets() end
  if shape.has_waits then waits = read_waits() end
  return {
    shape = shape, channel = shape.channel, priority = shape.priority, id = id, alias = alias, timing = shape.timing, when = when,
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

-- What keeps an id from being given to a job: { id, 'job', where, id, channel of that job }, or { id, what has it }. Nil where it is free.
local function job_with(id)
  if not value_of(HASH, JOBS, id) then return nil end
  local place, job = locate(id)
  if place then return { id, 'job', place, job.id, name_of(job.channel) } end
end

local function kind_of_bucket(id)
  local beginning = redis.pcall('GETRANGE', bucket_key(id), 0, 10)
  if type(beginning) ~= 'string' or beginning == '' then return nil end
  return beginning == '{"success":' and 'result' or 'arguments'
end

-- A result that would be cleared has yet to be read, or lies where arguments are; or arguments lie where a result is, or is to be.
local function bucket_in_the_way(m, seen)
  for _, id in ipairs(m.clears or {}) do
    if is_held(id) then return { id, 'result-in-use' } end
    if kind_of_bucket(id) == 'arguments' then return { id, 'arguments' } end
  end
  for _, bucket in ipairs(m.buckets or {}) do
    if bucket.is_named then
      if bucket.id == m.id or bucket.id == m.alias or seen[bucket.id] == 'id' then return { bucket.id, 'same-call' } end
      local taken = job_with(bucket.id)
      if taken then return taken end
      if kind_of_bucket(bucket.id) == 'result' then return { bucket.id, 'result' } end
    end
  end
end

-- What keeps a message from being published, as above; nil where nothing does. \`seen\` says of names that those before it have whether they are those
-- of ids or of arguments.
local function taken_by(m, seen)
  local id, alias = m.id, m.alias
  if id == '' then return nil end
  if seen[id] then return { id, 'same-call' } end
  if alias and seen[alias] then return { alias, 'same-call' } end
  local taken = job_with(id) or (alias and job_with(alias)) or bucket_in_the_way(m, seen)
  if taken then return taken end
  seen[id] = 'id'
  if alias then seen[alias] = 'id' end
  for _, bucket in ipairs(m.buckets or {}) do
    if bucket.is_named then seen[bucket.id] = 'arguments' end
  end
end

local function check_delayed(c)
  check_type(c.delayed, 'zset')
  check_type(c.messages, 'hash')
end

-- Raises an error before anything is written where it could not be: what a script has written stays.
local function check_place(c, priority, indexed, timing)
  check_type(c[priority], 'stream')
  if indexed then check_type(JOBS, 'hash') end
  if timing ~= '' then check_delayed(c) end
end

local function check_message(m)
  local c = m.channel
  check_place(c, m.priority, m.id ~= '', m.timing)
  if m.clears or m.buckets then check_type(AWAITED, 'hash') end
  if m.waits or m.bucket_id then
    check_type(c.waiting, 'zset')
    check_type(c.waiting_messages, 'hash')
    check_type(AWAITED, 'hash')
  end
end

-- Those that differ from message to message.
local function check_waits(m)
  if m.waits then
    part('dependencies').check_record(m)
    for _, wait in ipairs(m.waits.on) do check_type(waiters_key(wait.id), 'set') end
  elseif m.bucket_id then
    check_type(waiters_key(m.bucket_id), 'set')
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
    if m.waits or m.bucket_id then check_waits(m) end
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
    if m.alias then change(HASH, JOBS, m.alias, '>' .. m.id) end
    if m.waits or m.bucket_id then
      wait = wait or part('dependencies').wait
      wait(m)
    else
      send(m)
    end
  end
end
`;
