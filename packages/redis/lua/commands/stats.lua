-- stats: counts what a channel holds.
--
-- ARGV     as lib/dead_letters says
-- Returns  { queued, delayed, waiting, running, dead letters, 1 if it is paused, consumers }
--
--- @include lib/administration
--- @include lib/python

-- The numbers of queued and of running entries in a stream. After the sweep there are no others.
local function count_in(stream)
  if redis.call('TYPE', stream).ok ~= 'stream' then return 0, 0 end
  local last, group = last_delivered(target, stream)
  if not group then return redis.call('XLEN', stream), 0 end
  sweep(target, stream, last)
  local running = info_of(group, 'pending')
  return math.max(0, redis.call('XLEN', stream) - running), running
end

local function count_consumers()
  local count = 0
  each_consumer(target, function(_, _, is_alive)
    if is_alive then count = count + 1 end
  end)
  return count
end

return carry_out(function()
  require_master()
  local queued, running = 0, 0
  trim_letters(target)
  for _, priority in ipairs(PRIORITIES) do
    local queued_here, running_here = count_in(target[priority])
    queued, running = queued + queued_here, running + running_here
  end
  local delayed, waiting = redis.call('ZCARD', target.delayed), redis.call('ZCARD', target.waiting)
  local letters, paused = redis.call('XLEN', target.dead_letters), redis.call('EXISTS', target.paused)
  return { queued, delayed, waiting, running, letters, paused, count_consumers() }
end)
