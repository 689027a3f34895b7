-- Consumer groups, also those of paused channels. A pause moves the group to the end of its stream and keeps its real position in the
-- hash `paused`.

-- A value in the reply of an XINFO command.
local function info_of(info, name)
  for i = 1, #info, 2 do
    if info[i] == name then return info[i + 1] end
  end
end

-- No entry comes after this position, so readers that are already blocked get nothing either.
local END_OF_STREAM = '18446744073709551615-18446744073709551615'

-- Creates the consumer group if it is missing. Everything in the stream is then new to the group.
local function open_stream(c, stream)
  local is_paused = redis.call('EXISTS', c.paused) == 1
  local made = redis.pcall('XGROUP', 'CREATE', stream, c.group, is_paused and END_OF_STREAM or '0', 'MKSTREAM')
  if not made.err then
    if is_paused then redis.pcall('HSET', c.paused, stream, '0-0') end
  elseif not string.find(made.err, 'BUSYGROUP', 1, true) then
    error(made.err, 0)
  end
end

-- The position that a pause has kept. If it is lost, the last pending entry will do: earlier entries were delivered or are gone.
local function kept_position(c, stream)
  local kept = redis.pcall('HGET', c.paused, stream)
  if type(kept) == 'string' then return kept end
  return redis.pcall('XPENDING', stream, c.group)[3] or '0-0'
end

-- The last entry that the group was given, and the group's XINFO. Later entries of the stream are queued.
local function last_delivered(c, stream)
  for _, group in ipairs(redis.pcall('XINFO', 'GROUPS', stream)) do
    if info_of(group, 'name') == c.group then
      local last = info_of(group, 'last-delivered-id')
      return last == END_OF_STREAM and kept_position(c, stream) or last, group
    end
  end
  return '0-0'
end

local function stands_at_end(group)
  return info_of(group, 'last-delivered-id') == END_OF_STREAM
end

-- For a pause: saves the position of the group and moves the group to the end of its stream.
local function save_position(c, stream)
  local last, group = last_delivered(c, stream)
  if not group or stands_at_end(group) then return end
  redis.call('HSET', c.paused, stream, last)
  redis.call('XGROUP', 'SETID', stream, c.group, END_OF_STREAM)
end

-- Moves a group that stands at the end of its stream back to its position.
local function restore_position(c, stream)
  local last, group = last_delivered(c, stream)
  if group and stands_at_end(group) then redis.call('XGROUP', 'SETID', stream, c.group, last) end
end
