--- @include lib/groups

-- Consumers of the Python library. They count a delivery each time that they extend it, and they acknowledge entries without deleting
-- them.

local SWEEP_PAGE = 100

-- They are recognised by their names.
local function is_python(consumer)
  return #consumer == #'repid-01234567' and string.find(consumer, '^repid%-%x+$') ~= nil
end

local function has_python_consumers(c, stream)
  for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', stream, c.group)) do
    if is_python(info_of(info, 'name')) then return true end
  end
  return false
end

-- Deletes the entries between two others. None of them may be pending or queued.
local function sweep_between(stream, after, before)
  repeat
    local left_over = redis.call('XRANGE', stream, '(' .. after, before, 'COUNT', SWEEP_PAGE)
    for _, entry in ipairs(left_over) do redis.call('XDEL', stream, entry[1]) end
  until #left_over < SWEEP_PAGE
end

-- Most entries that they leave lie before all pending ones. Trims these at once.
local function sweep_before(stream, first, last)
  local keep = first or (redis.call('XRANGE', stream, '(' .. last, '+', 'COUNT', 1)[1] or {})[1]
  if keep then redis.call('XTRIM', stream, 'MINID', '=', keep) else redis.call('XTRIM', stream, 'MAXLEN', '=', 0) end
end

-- Deletes entries that they have acknowledged. Then every entry of the stream is pending or queued.
local function sweep(c, stream, last)
  if not has_python_consumers(c, stream) then return end
  local first = redis.call('XPENDING', stream, c.group)[2]
  sweep_before(stream, first, last)
  if not first then return end
  local after = first
  repeat
    local page = redis.call('XPENDING', stream, c.group, '(' .. after, '+', SWEEP_PAGE)
    for _, pending in ipairs(page) do
      sweep_between(stream, after, '(' .. pending[1])
      after = pending[1]
    end
  until #page < SWEEP_PAGE
  sweep_between(stream, after, last)
end
