import { PAUSE_EPOCH } from '../keys.js';

/** Pausing channels, as a state that no consumer can miss. */
export const pausing = /* lua */ `
-- A pause has a name of its own, by which consumers confirm it.
local function new_epoch()
  local time = redis.call('TIME')
  return string.format('%d%06d', time[1], time[2])
end

-- From now on the group gives nothing, also to readers that are blocked already.
local function hold(c, stream)
  local last, group = last_delivered(c, stream)
  if not group or info_of(group, 'last-delivered-id') == END_OF_STREAM then return end
  redis.call('HSET', c.paused, stream, last)
  redis.call('XGROUP', 'SETID', stream, c.group, END_OF_STREAM)
end

local function let_go(c, stream)
  local last, group = last_delivered(c, stream)
  if group and info_of(group, 'last-delivered-id') == END_OF_STREAM then redis.call('XGROUP', 'SETID', stream, c.group, last) end
end

-- pause: nothing. Returns the name of the pause: that of one that is on already.
operations.pause = function()
  local c = channel(1)
  allow_growth()
  if redis.call('TYPE', c.paused).ok ~= 'hash' then redis.call('DEL', c.paused) end
  redis.call('HSETNX', c.paused, '${PAUSE_EPOCH}', new_epoch())
  for _, priority in ipairs(PRIORITIES) do hold(c, c[priority]) end
  tell(c.control, 'look')
  return redis.call('HGET', c.paused, '${PAUSE_EPOCH}')
end

-- unconfirmed: the name of a pause. Returns the consumers that are alive and have not confirmed it; none where it is over.
operations.unconfirmed = function()
  local c, epoch, names = channel(1), argument(), {}
  if redis.call('HGET', c.paused, '${PAUSE_EPOCH}') ~= epoch then return names end
  each_consumer(c, function(consumer, confirmed, is_alive)
    if is_alive and confirmed ~= epoch then names[#names + 1] = consumer end
  end)
  return names
end

operations.resume = function()
  local c = channel(1)
  allow_growth()
  for _, priority in ipairs(PRIORITIES) do let_go(c, c[priority]) end
  redis.call('DEL', c.paused)
  tell(c.control, 'look')
  return 1
end
`;
