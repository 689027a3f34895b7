-- pause: pauses a channel, or ends its pause. During a pause its groups give nothing, not even to readers that are already blocked.
--
-- ARGV     as lib/dead_letters says; '1' to pause, '' to end the pause
-- Returns  the name of the pause, also if the channel was paused before; nil if the pause was ended
--
--- @include lib/administration

-- Consumers confirm a pause by its name.
local function new_epoch()
  local time = redis.call('TIME')
  return string.format('%d%06d', time[1], time[2])
end

local function pause()
  if redis.call('TYPE', target.paused).ok ~= 'hash' then redis.call('DEL', target.paused) end
  redis.call('HSETNX', target.paused, TS.pauseEpoch, new_epoch())
  for _, priority in ipairs(PRIORITIES) do save_position(target, target[priority]) end
  return redis.call('HGET', target.paused, TS.pauseEpoch)
end

local function resume()
  for _, priority in ipairs(PRIORITIES) do restore_position(target, target[priority]) end
  redis.call('DEL', target.paused)
  return false
end

return carry_out(function()
  allow_growth()
  local epoch = argument() == '1' and pause() or resume()
  notify(target.control, 'look')
  return epoch
end)
