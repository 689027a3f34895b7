/** Operations of those who look into channels. */
export const administration = /* lua */ `
-- What is queued and what is running in a stream: after the sweep there is nothing else.
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

-- stats: nothing. Returns queued, delayed, waiting, running, dead letters, paused?, consumers
operations.stats = function()
  require_master()
  local c, queued, running = channel(1), 0, 0
  trim_letters(c)
  for _, priority in ipairs(PRIORITIES) do
    local queued_here, running_here = count_in(c, c[priority])
    queued, running = queued + queued_here, running + running_here
  end
  local delayed, waiting = redis.call('ZCARD', c.delayed), redis.call('ZCARD', c.waiting)
  return { queued, delayed, waiting, running, redis.call('XLEN', c.dlq), redis.call('EXISTS', c.paused), count_consumers(c) }
end

-- peek: how many. Returns entries, those of a higher priority first.
operations.peek = function()
  require_master()
  local c, limit, found = channel(1), number(), {}
  for _, priority in ipairs(PRIORITIES) do
    local left = limit - #found
    local after = last_delivered(c, c[priority])
    local entries = left > 0 and redis.call('XRANGE', c[priority], '(' .. after, '+', 'COUNT', left) or {}
    for _, entry in ipairs(entries) do found[#found + 1] = entry end
  end
  return found
end

-- letters: how many. Returns the oldest dead letters.
operations.letters = function()
  require_master()
  local c = channel(1)
  trim_letters(c)
  return redis.call('XRANGE', c.dlq, '-', '+', 'COUNT', number())
end

-- delete_letters: how many, ids. Returns how many were there.
operations.delete_letters = function()
  local c, deleted = channel(1), 0
  for _ = 1, number() do
    local entry = argument()
    local fields = is_entry_id(entry) and entry_fields(c.dlq, entry)
    if fields then deleted = deleted + delete_letter(c, entry, fields) end
  end
  return deleted
end
`;
