--- @include lib/notify
--- @include lib/time

-- When members of sorted sets are due or time out: their scores, in milliseconds since the epoch.

-- The lowest score; math.huge if there is none.
local function first_of(zset)
  return tonumber(redis.call('ZRANGE', zset, 0, 0, 'WITHSCORES')[2]) or math.huge
end

-- Notifies consumers if something is due before everything that they know of.
local function notify_due(c, at, before)
  if at < before then notify(c.control, 'due:' .. time_until(at)) end
end
