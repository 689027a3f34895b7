/** Operations of consumers. */
export const consume = /* lua */ `
local FORGET_CONSUMERS_AFTER = 60 * 60 * 1000
local PROMOTE_REFUSED_AFTER = 1000

-- Removes the traces of consumers that went without saying goodbye.
local function forget_consumers(c, stream)
  for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', stream, c.group)) do
    if info_of(info, 'pending') == 0 and info_of(info, 'idle') > FORGET_CONSUMERS_AFTER then
      redis.call('XGROUP', 'DELCONSUMER', stream, c.group, info_of(info, 'name'))
    end
  end
end

-- open: how many channels. Makes what consumers need.
operations.open = function()
  for n = 1, number() do
    local c = channel(n)
    for _, priority in ipairs(PRIORITIES) do
      if priority == 'm' or redis.call('EXISTS', c[priority]) == 1 then
        open_stream(c, c[priority])
        forget_consumers(c, c[priority])
        keep_for_a_while(c, c[priority])
      end
    end
  end
  return 1
end

-- leave: how many channels, consumer. Removes it from the groups where it has nothing in hand.
operations.leave = function()
  local count, consumer = number(), argument()
  for n = 1, count do
    local c = channel(n)
    for _, priority in ipairs(PRIORITIES) do
      local pending = redis.pcall('XPENDING', c[priority], c.group, '-', '+', 1, consumer)
      if not pending.err and #pending == 0 then redis.pcall('XGROUP', 'DELCONSUMER', c[priority], c.group, consumer) end
    end
  end
  return 1
end

local function promote_one(c, member)
  local packed = redis.call('HGET', c.messages, member)
  if not packed then return end
  local priority, has_id, fields = unpack(cmsgpack.unpack(packed))
  check_type(c[priority], 'stream')
  if has_id == 1 then check_type(JOBS, 'hash') end
  add_entry(c, priority, member, has_id == 1, fields)
end

-- Moves what is due into its stream; what its stream refuses holds nothing else up.
local function promote(c, limit)
  local due = redis.call('ZRANGEBYSCORE', c.delayed, '-inf', '(' .. (now() + 1), 'LIMIT', 0, limit)
  local promoted = {}
  for _, member in ipairs(due) do
    if pcall(promote_one, c, member) then
      promoted[#promoted + 1] = member
    else
      redis.call('ZADD', c.delayed, now() + PROMOTE_REFUSED_AFTER, member)
    end
  end
  if #promoted > 0 then
    redis.call('ZREM', c.delayed, unpack(promoted))
    redis.call('HDEL', c.messages, unpack(promoted))
  end
end

local function skip_late(c, limit)
  local late = redis.call('ZRANGEBYSCORE', c.waiting, '-inf', now(), 'LIMIT', 0, limit)
  for _, id in ipairs(late) do part('dependencies').skip_late(c, id) end
end

-- In how many milliseconds the next is due, or has waited for too long; -1 for never.
local function next_time(c)
  local at = math.min(first_of(c.delayed) or math.huge, first_of(c.waiting) or math.huge)
  return at < math.huge and math.max(0, math.floor(at) - now()) or -1
end

-- promote: how many channels, how many messages of each at most. Moves what is due, and skips what has waited for too long.
-- Answers for each: in how many milliseconds there is more to do or -1, paused?, is there a high stream?, a low one?
operations.promote = function()
  local answers, count, limit = {}, number(), number()
  for n = 1, count do
    promote(channel(n), limit)
    skip_late(channel(n), limit)
  end
  write_changes()
  for n = 1, count do
    local c = channel(n)
    answers[n] = { next_time(c), redis.call('EXISTS', c.paused), redis.call('EXISTS', c.h), redis.call('EXISTS', c.l) }
  end
  return answers
end

local function give_up(c, priority, pending, fields, reason)
  reason.attempts, reason.at = pending[4], now()
  local run = { channel = c, priority = priority, stream = c[priority] }
  local names = names_of(fields)
  local s = { run = run, entry = pending[1], id = names.id or '', alias = names.result }
  check_type(c.dlq, 'stream')
  if s.id ~= '' then check_type(JOBS, 'hash') end
  dead_letter(run, s.entry, fields, cjson.encode(reason))
  free_id(s)
  if s.id ~= '' then part('dependencies').leave(c, s.id) end
  remove_entry(run, s.entry)
end

-- reclaim: consumer, ownership time, deliveries to give up after, reason, how many at most, how many streams; each:
-- channel, priority. Giving up is the last resort: a worker is to refuse what was delivered too often, so that its result
-- says so; where it is refused, one takes it over. Answers how many more it could have looked at, and
-- { place of the stream, deliveries, entry }, ...
operations.reclaim = function()
  local consumer, ownership, most, reason, left = argument(), number(), number(), cjson.decode(argument()), number()
  local taken = {}
  for place = 1, number() do
    local c, priority = channel(number()), argument()
    local stream = c[priority]
    local abandoned = left > 0 and redis.call('XPENDING', stream, c.group, 'IDLE', ownership, '-', '+', left) or {}
    left = left - #abandoned
    for _, pending in ipairs(abandoned) do
      local fields = entry_fields(stream, pending[1])
      if not fields then
        redis.call('XACK', stream, c.group, pending[1])
      elseif pending[4] < most or not pcall(give_up, c, priority, pending, fields, reason) then
        local claimed = redis.call('XCLAIM', stream, c.group, consumer, ownership, pending[1])
        taken[#taken + 1] = { place, pending[4] + 1, claimed[1] }
      end
    end
  end
  remove_entries()
  return { left, taken }
end
`;
