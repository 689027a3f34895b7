--- @include lib/keys
--- @include lib/time

-- The registry of a channel's consumers.

local ALIVE_FOR = TS.consumerAliveFor

-- At each poll a consumer notes the time, and the pause that it has confirmed or ''. The registry expires if all consumers are dead.
local function note_consumer(c, consumer, epoch)
  redis.call('HSET', c.consumers, consumer, string.format('%.0f %s', now(), epoch))
  redis.call('PEXPIRE', c.consumers, 2 * ALIVE_FOR)
end

-- Calls `visit` with the name of each consumer, the pause that it has confirmed, and whether it is alive.
local function each_consumer(c, visit)
  local all = redis.call('HGETALL', c.consumers)
  for i = 1, #all, 2 do
    local seen, epoch = string.match(all[i + 1], '^(%d+) (.*)$')
    visit(all[i], epoch, seen ~= nil and math.abs(now() - tonumber(seen)) <= ALIVE_FOR)
  end
end
