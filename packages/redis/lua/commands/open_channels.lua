-- open_channels: creates what consumers need, and removes the traces of consumers that are gone.
--
-- ARGV     how many channels
-- Returns  for each channel what went wrong, or ''
--
--- @include lib/command
--- @include lib/add_entry
--- @include lib/consumers
--- @include lib/python

local FORGET_CONSUMERS_AFTER = 60 * 60 * 1000

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

local function open_channel(c)
  for _, priority in ipairs(PRIORITIES) do
    if priority == 'm' or redis.call('EXISTS', c[priority]) == 1 then
      open_stream(c, c[priority])
      -- If a group stands at the end of a channel that is not paused, the key that held its position was lost.
      if redis.call('EXISTS', c.paused) == 0 then restore_position(c, c[priority]) end
      forget_consumers(c, c[priority])
      expire_replies(c, c[priority])
    end
  end
  forget_registered(c)
end

return carry_out(function()
  local problems = {}
  allow_growth()
  for n = 1, number() do
    local ok, problem = attempt(open_channel, channel(n))
    problems[n] = ok and '' or message_of(problem)
  end
  return problems
end)
