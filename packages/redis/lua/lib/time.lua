-- Redis' clock, read once: it is the same for the whole call.

local clock, milliseconds

-- Microseconds since the epoch.
local function microseconds()
  if not clock then
    local time = redis.call('TIME')
    clock = time[1] * 1000000 + time[2]
  end
  return clock
end

-- Milliseconds since the epoch, rounded down.
local function now()
  milliseconds = milliseconds or math.floor(microseconds() / 1000)
  return milliseconds
end

-- The milliseconds until then, as text: Redis would round a number. A consumer that waits for the rest of a millisecond is not late.
local function time_until(at)
  return string.format('%.3f', math.max(0, at - microseconds() / 1000))
end
