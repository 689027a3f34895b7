-- pause: pauses a channel. From then on its groups give nothing, also to readers that are already blocked.
--
-- KEYS     as lib/keys says
-- ARGV     none
-- Returns  the name of the pause, also where the channel was paused before
--
--- @include lib/server
--- @include lib/keys
--- @include lib/changes
--- @include lib/groups
--- @include lib/notify

-- Consumers confirm a pause by its name.
local function new_epoch()
  local time = redis.call('TIME')
  return string.format('%d%06d', time[1], time[2])
end

return carry_out(function()
  local c = channel(1)
  allow_growth()
  if redis.call('TYPE', c.paused).ok ~= 'hash' then redis.call('DEL', c.paused) end
  redis.call('HSETNX', c.paused, TS.pauseEpoch, new_epoch())
  for _, priority in ipairs(PRIORITIES) do save_position(c, c[priority]) end
  notify(c.control, 'look')
  return redis.call('HGET', c.paused, TS.pauseEpoch)
end)
