import { PAUSE_EPOCH as EPOCH } from '../keys.js';

/** Operations of consumers: joining and leaving channels, and looking after them. */
export const consume = /* lua */ `
local FORGET_CONSUMERS_AFTER = 60 * 60 * 1000

-- Removes the traces of consumers that went without saying goodbye.
local function forget_consumers(c, stream)
  sweep(c, stream, (last_delivered(c, stream)))
  for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', stream, c.group)) do
    if info_of(info, 'pending') == 0 and info_of(info, 'idle') > FORGET_CONSUMERS_AFTER then
      redis.call('XGROUP', 'DELCONSUMER', stream, c.group, info_of(info, 'name'))
    end
  end
end

local function forget_registered(c)
  each_consumer(c, function(consumer, _, is_alive)
    if not is_alive then redis.call('HDEL', c.consumers, consumer) end
  end)
end

-- A group at the end of its stream, where the channel is not paused, has lost its position with the key that says so.
local function restore_position(c, stream)
  local last, group = last_delivered(c, stream)
  if group and info_of(group, 'last-delivered-id') == END_OF_STREAM and redis.call('EXISTS', c.paused) == 0 then
    redis.call('XGROUP', 'SETID', stream, c.group, last)
  end
end

local function open_channel(c)
  for _, priority in ipairs(PRIORITIES) do
    if priority == 'm' or redis.call('EXISTS', c[priority]) == 1 then
      open_stream(c, c[priority])
      restore_position(c, c[priority])
      forget_consumers(c, c[priority])
      keep_for_a_while(c, c[priority])
    end
  end
  forget_registered(c)
end

-- open: how many channels. Makes what consumers need. Returns for each what keeps it from that, or nothing.
operations.open = function()
  local problems = {}
  allow_growth()
  for n = 1, number() do
    local ok, problem = attempt(open_channel, channel(n))
    problems[n] = ok and '' or message_of(problem)
  end
  return problems
end

-- leave: how many channels, consumer. Removes it from the groups where it has nothing in hand.
operations.leave = function()
  local count, consumer = number(), argument()
  for n = 1, count do
    local c = channel(n)
    redis.pcall('HDEL', c.consumers, consumer)
    for _, priority in ipairs(PRIORITIES) do
      local pending = redis.pcall('XPENDING', c[priority], c.group, '-', '+', 1, consumer)
      if not pending.err and #pending == 0 then redis.pcall('XGROUP', 'DELCONSUMER', c[priority], c.group, consumer) end
    end
  end
  return 1
end

-- In how many milliseconds the next is due, or has waited for too long; -1 for never.
local function next_time(c)
  local at = math.min(first_of(c.delayed) or math.huge, first_of(c.waiting) or math.huge)
  return at < math.huge and math.max(0, math.floor(at) - now()) or -1
end

-- The letters of the streams that are to be read: what is no stream is left aside.
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

local function state_of(c)
  local epoch = redis.pcall('HGET', c.paused, '${EPOCH}')
  if type(epoch) == 'table' then epoch = '?' end -- It is paused, whatever lies there.
  return epoch or ''
end

local function look_after(c, limit)
  try_on(c, promote, c, limit)
  try_on(c, skip_late, c, limit)
end

-- promote: consumer, how many channels, how many messages of each at most; for each the pause that the consumer has confirmed, or
-- nothing. Moves what is due, and skips what has waited for too long. Returns for each: in how many milliseconds there is more to do or
-- -1, its pause or '', the letters of the streams that are in use, what went wrong or ''.
operations.promote = function()
  local consumer, count, limit, answers = argument(), number(), number(), {}
  allow_growth()
  for n = 1, count do
    local c, confirmed = channel(n), argument()
    look_after(c, limit)
    try_on(c, note_consumer, c, consumer, confirmed)
  end
  write_changes()
  for n = 1, count do
    local c = channel(n)
    local ok, next_at = pcall(next_time, c)
    answers[n] = { ok and next_at or -1, state_of(c), streams_in_use(c), c.problem or '' }
  end
  return answers
end
`;
