-- stats: counts what a channel holds.
--
-- KEYS     as lib/keys says
-- ARGV     as lib/dead_letters says
-- Returns  { queued, delayed, waiting, running, dead letters, 1 where it is paused, consumers }
--
--- @include lib/dead_letters
--- @include lib/server
--- @include lib/changes
--- @include lib/groups
--- @include lib/consumers
--- @include lib/python

-- What is queued and what is running in a stream. After the sweep there is nothing else.
local function count_in(c, stream)
  if redis.call('TYPE', stream).ok ~= 'stream' then return 0, 0 end
  local last, group = last_delivered(c, stream)
  if not group then return redis.call('XLEN', stream), 0 end
  sweep(c, stream, last)
  local running = info_of(group, 'pending')
  return math.max(0, redis.call('XLEN', stream) - running), running
end

local function count_consumers(c)
  local count = 0
  each_consumer(c, function(_, _, is_alive)
    if is_alive then count = count + 1 end
  end)
  return count
end

return carry_out(function()
  require_master()
  local c, queued, running = channel(1), 0, 0
  trim_letters(c)
  for _, priority in ipairs(PRIORITIES) do
    local queued_here, running_here = count_in(c, c[priority])
    queued, running = queued + queued_here, running + running_here
  end
  local delayed, waiting, letters = redis.call('ZCARD', c.delayed), redis.call('ZCARD', c.waiting), redis.call('XLEN', c.dead_letters)
  return { queued, delayed, waiting, running, letters, redis.call('EXISTS', c.paused), count_consumers(c) }
end)
