import { LIMITS } from '../options/defaults.js';

/** Taking over entries whose consumers are lost, and those that a consumer was given without learning of it. */
export const takeover = /* lua */ `
-- How often an entry was delivered lies in its group, and its thousands of thousands say more: ALONE that it was last given to a consumer
-- that had nothing else in flight, EXHAUSTED that it was given out to be refused.
local ALONE, EXHAUSTED = ${LIMITS.aloneMark}, ${2 * LIMITS.aloneMark}
local PENDING_PAGE, MOST_PAGES = 200, 10

-- Entries that wait for takeover: 'innocent' for one to run beside others; 'suspect' for one that may be what kills its workers; 'guilty' for one
-- that is to be refused, since it killed one while it ran alone; 'hopeless' for one of which even that was lost.
local function verdict_on(deliveries, most)
  local deaths = deliveries % ALONE
  if deliveries >= EXHAUSTED or deaths > ${LIMITS.exhaustion} * most then return 'hopeless' end
  if deliveries >= ALONE then return 'guilty' end
  return deaths >= math.max(1, most - 1) and 'suspect' or 'innocent'
end

local function size_of(fields)
  local size = 0
  for _, value in ipairs(fields) do size = size + #value end
  return size
end

-- Reads: how many at most, how many bytes, how many streams; each: channel, priority, how many at most of the channel or -1.
local function read_streams()
  local streams, allowed = { left = number(), bytes = number() }, {}
  for place = 1, number() do
    local c, priority, most = channel(number()), argument(), number()
    allowed[c] = allowed[c] or { left = most >= 0 and most or math.huge }
    streams[place] = { place = place, channel = c, priority = priority, key = c[priority], group = c.group, of_channel = allowed[c] }
  end
  return streams
end

local function has_room(streams, s)
  return streams.left > 0 and streams.bytes > 0 and s.of_channel.left > 0
end

-- Gives the entry to the consumer; false where it is gone. Without a count it is one delivery more.
local function claim(taken, streams, s, consumer, idle, entry, deliveries)
  local claimed = redis.call('XCLAIM', s.key, s.group, consumer, idle, entry, 'RETRYCOUNT', deliveries)[1]
  if not claimed then
    redis.call('XACK', s.key, s.group, entry)
    return false
  end
  taken[#taken + 1] = { s.place, deliveries, claimed }
  streams.left, streams.bytes, s.of_channel.left = streams.left - 1, streams.bytes - size_of(claimed[2]), s.of_channel.left - 1
  return true
end

-- Calls 'visit' with what is pending for so long, until it returns false. Returns true where there is too much for one call.
local function each_pending(s, idle, visit, ...)
  local from = '-'
  for _ = 1, MOST_PAGES do
    local page = redis.call('XPENDING', s.key, s.group, 'IDLE', idle, from, '+', PENDING_PAGE, ...)
    for _, pending in ipairs(page) do
      if visit(pending) == false then return end
    end
    if #page < PENDING_PAGE then return end
    from = '(' .. page[#page][1]
  end
  return true
end

local function open_streams(streams, visit)
  for _, s in ipairs(streams) do
    if redis.call('EXISTS', s.channel.paused) == 0 then try_on(s.channel, visit, s) end
  end
end

local function problems_of(streams)
  local problems = {}
  for place, s in ipairs(streams) do problems[place] = s.channel.problem or '' end
  return problems
end
`;
