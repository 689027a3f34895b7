--- @include lib/streams
--- @include lib/entries
--- @include lib/python

-- Takes over entries whose consumers are lost, and entries that a consumer was given without learning of it.

-- Redis keeps the delivery count of an entry in its group. For a suspect, MARKs are added to this count. Their number becomes odd each time
-- that the suspect is given to a consumer with nothing else in flight, and even once it runs there. With EXHAUSTED marks it was given out
-- to be refused.
local MARK, EXHAUSTED = TS.suspectMark, TS.exhaustedMarks

local function marks_of(deliveries)
  return math.floor(deliveries / MARK)
end
local PENDING_PAGE, MOST_PAGES = 200, 10

-- How to take an entry over, by its deliveries:
--   share     it may run beside others
--   isolate   it may crash its workers, so it is run alone: a suspect
--   refuse    it has lost its workers while it ran alone, so it is given out once more, to be refused
--   give-up   even that was lost
local function takeover_mode(deliveries, most)
  local lost, marks = deliveries % MARK, marks_of(deliveries)
  if marks >= EXHAUSTED or lost > TS.exhaustion * most then return 'give-up' end
  if marks == EXHAUSTED - 1 then return 'refuse' end
  return (marks > 0 or lost >= math.max(1, most - TS.lossesAlone)) and 'isolate' or 'share'
end

-- Reads: how many entries at most, how many bytes, how many streams, streams.
local function read_streams()
  local streams = { left = number(), bytes = number() }
  for index = 1, number() do streams[index] = read_stream(index) end
  return streams
end

local function has_room(streams, s)
  return streams.left > 0 and streams.bytes > 0 and s.of_channel.left > 0
end

-- Gives the entry to the consumer. Returns false if it is gone.
local function claim(taken, streams, s, consumer, idle, entry, deliveries)
  local claimed = redis.call('XCLAIM', s.key, s.group, consumer, idle, entry, 'RETRYCOUNT', deliveries)[1]
  if not claimed then
    redis.call('XACK', s.key, s.group, entry)
    return false
  end
  taken[#taken + 1] = { s.index, deliveries, claimed }
  streams.left, streams.bytes, s.of_channel.left = streams.left - 1, streams.bytes - size_of(claimed[2]), s.of_channel.left - 1
  return true
end

-- Calls `visit` with entries that have been idle for at least `idle` milliseconds, until it returns false. Returns true if there are too
-- many for one call.
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

-- Visits the streams of channels that are not paused.
local function each_stream(streams, visit)
  for _, s in ipairs(streams) do
    if redis.call('EXISTS', s.channel.paused) == 0 then try_on(s.channel, visit, s) end
  end
end

local function problems_of(streams)
  local problems = {}
  for index, s in ipairs(streams) do problems[index] = s.channel.problem or '' end
  return problems
end
