import { LIMITS } from '../options/defaults.js';

/** The registry of the consumers of a channel. */
export const consumers = /* lua */ `
local ALIVE_FOR = ${LIMITS.lookInterval * LIMITS.looksOfLife}

-- With each look a consumer notes when it was last seen, and the pause of the channel that it has confirmed, or nothing. When all
-- are dead, the registry goes by itself.
local function note_consumer(c, consumer, epoch)
  redis.call('HSET', c.consumers, consumer, string.format('%.0f %s', now(), epoch))
  redis.call('PEXPIRE', c.consumers, 2 * ALIVE_FOR)
end

-- Calls 'visit' with the name of each consumer, the pause that it has confirmed, and whether it is alive.
local function each_consumer(c, visit)
  local all = redis.call('HGETALL', c.consumers)
  for i = 1, #all, 2 do
    local seen, epoch = string.match(all[i + 1], '^(%d+) (.*)$')
    visit(all[i], epoch, seen ~= nil and math.abs(now() - tonumber(seen)) <= ALIVE_FOR)
  end
end
`;
