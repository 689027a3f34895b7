-- promote: moves due messages into their streams, skips jobs that have waited too long, and notes that the consumer is alive.
--
-- ARGV     as lib/dead_letters says; consumer, how many channels, how many messages of each at most; for each the pause that the consumer
--          has confirmed, or ''
-- Returns  for each channel { milliseconds until there is more to do or '', its pause or '', the letters of the streams in use, what
--          went wrong or '' }
--
--- @include lib/dead_letters
--- @include lib/add_entry
--- @include lib/check_target
--- @include lib/consumers
--- @include lib/delayed
--- @include lib/blocked_jobs

-- A message that cannot be delivered becomes a dead letter, and its id is free.
local function dead_letter_delayed(c, m)
  local reason, is_job = cjson.decode(m.fault), is_located(m.id, c, 'd', m.stamp)
  reason.at = now()
  check_type(c.dead_letters, 'stream')
  note_problem(c, reason.message)
  dead_letter({ channel = c, stream = c.m }, '0-0', m.fields, cjson.encode(reason))
  if is_job then
    blocked_jobs().leave(c, m.id)
    forget_job(m.id, names_of(m.fields).result)
  end
end

local function promote_one(c, member)
  local m = find_delayed(c, member)
  remove_delayed(c, member)
  if not m then return end
  if m.fault then return dead_letter_delayed(c, m) end
  check_target(c, m.priority, m.has_id, '')
  add_entry(c, m.priority, m.id, m.has_id, m.fields)
end

-- Calls the action for the members that are due. A member for which it fails is tried again later, and does not stop the others.
local function each_due(c, zset, limit, action)
  check_type(zset, 'zset')
  local due = redis.call('ZRANGEBYSCORE', zset, '-inf', '(' .. (now() + 1), 'LIMIT', 0, limit)
  for _, member in ipairs(due) do
    if not try_on(c, action, c, member) then change(ZSET, zset, member, string.format('%.0f', now() + TS.refusedDelay)) end
  end
end

local function promote(c, limit)
  check_delayed(c)
  each_due(c, c.delayed, limit, promote_one)
end

local function skip_late(c, id)
  blocked_jobs().skip_late(c, id)
end

-- In how many milliseconds the next message is due, or a job times out; '' for never.
local function next_time(c)
  local at = math.min(first_of(c.delayed), first_of(c.waiting))
  return at < math.huge and time_until(math.floor(at)) or ''
end

-- The letters of the streams to read. A key of another type is left out.
local function streams_in_use(c)
  local letters = ''
  for _, priority in ipairs(PRIORITIES) do
    local kind = redis.call('TYPE', c[priority]).ok
    if kind == 'stream' or (priority == 'm' and kind == 'none') then
      letters = letters .. priority
    elseif kind ~= 'none' then
      note_problem(c, wrong_type(c[priority], kind, 'stream'))
    end
  end
  return letters
end

local function pause_of(c)
  local epoch = redis.pcall('HGET', c.paused, TS.pauseEpoch)
  if type(epoch) == 'table' then epoch = '?' end -- A key of another type also pauses the channel.
  return epoch or ''
end

return carry_out(function()
  local consumer, count, limit, replies = argument(), number(), number(), {}
  allow_growth()
  for n = 1, count do
    local c, confirmed = channel(n), argument()
    try_on(c, promote, c, limit)
    try_on(c, each_due, c, c.waiting, limit, skip_late)
    try_on(c, note_consumer, c, consumer, confirmed)
  end
  local problem = write_changes()
  for n = 1, count do
    local c = channel(n)
    if problem then note_problem(c, problem) end
    local ok, next_at = pcall(next_time, c)
    replies[n] = { ok and next_at or '', pause_of(c), streams_in_use(c), c.problem or '' }
  end
  return replies
end)
