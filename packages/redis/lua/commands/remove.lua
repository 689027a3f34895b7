-- remove: a step that ends some items of a channel. The caller repeats it until nothing is left. An item that cannot be ended does not stop
-- the others.
--
-- ARGV     as lib/dead_letters says; the part, as `parts` names it; the exception of results or '' to store none; the stamp
--          or entry after which nothing is ended, or '' to end everything, running jobs as well; where to go on, '' at the beginning
-- Returns  { how many were ended, where to go on or '' at the end, what went wrong or '' }. For 'bounds': the stamp of the next delayed
--          message, and the last entry of each stream by priority. Items after these have come later
--
--- @include lib/administration
--- @include lib/add_entry
--- @include lib/end_job

local MOST_BYTES, FIRST_ENTRY = 8 * 1024 * 1024, '0-0'

local part, exception, bound, position = argument(), argument(), argument(), argument()
local is_everything, count, failure = bound == '', 0, ''

-- The action returns how many it has ended.
local function try_to_end(action, ...)
  local ok, result = attempt(action, ...)
  if ok then
    count = count + result
  elseif failure == '' then
    failure = message_of(result)
  end
end

-- A key of another type holds nothing to end.
local function page_of(...)
  local page = redis.pcall(...)
  return page.err and {} or page
end

-- Ends members of a sorted set. Returns where to go on: after those that were kept.
local function end_members(zset, action)
  local kept = tonumber(position) or 0
  local page = page_of('ZRANGE', zset, kept, kept + STEP - 1)
  for _, member in ipairs(page) do try_to_end(action, member) end
  return #page < STEP and '' or kept + #page - count
end

-- Ends entries of a stream. Returns where to go on.
local function end_entries(stream, after, last, action)
  local bytes = 0
  if position ~= '' and is_after(position, after) then after = position end
  while count < STEP and bytes < MOST_BYTES do
    local page = page_of('XRANGE', stream, '(' .. after, last, 'COUNT', SMALL_STEP)
    for _, entry in ipairs(page) do
      try_to_end(action, entry[1], entry[2])
      bytes, after = bytes + size_of(entry[2]), entry[1]
    end
    if #page < SMALL_STEP then return '' end
  end
  return after
end

local function end_waiting(id)
  local state, job = locate(id)
  if state == 'waiting' and name_of(job.channel) == name_of(target) then
    end_job(state, job, (blocked_jobs().inspect(target, id)), exception)
  else
    blocked_jobs().leave(target, id)
    change(ZSET, target.waiting, id, false)
  end
  return 1
end

local function end_delayed(member)
  local m = find_delayed(target, member) or { stamp = '', id = '', fields = {} }
  if not is_everything and m.stamp > bound then return 0 end
  local job = job_at(m.id, target, 'd', m.stamp)
  if job then
    end_job('delayed', job, m.fields, exception)
  else
    remove_delayed(target, member)
  end
  return 1
end

-- Ends queued entries in the stream of a priority. If everything is to end, also running ones.
local function end_stream()
  local stream = target[part]
  local delivered = last_delivered(target, stream)
  return end_entries(stream, is_everything and FIRST_ENTRY or delivered, is_everything and '+' or bound, function(entry, fields)
    local job, is_running = job_at(names_of(fields).id or '', target, part, entry), not is_after(entry, delivered)
    if job then
      end_job(is_running and 'running' or 'queued', job, fields, exception)
    else
      if is_running then redis.call('XACK', stream, target.group, entry) end
      redis.call('XDEL', stream, entry)
    end
    return 1
  end)
end

local function bounds()
  local found = { next_stamp() }
  for index, priority in ipairs(PRIORITIES) do
    local info = redis.pcall('XINFO', 'STREAM', target[priority])
    found[index + 1] = info_of(info, 'last-generated-id') or FIRST_ENTRY
  end
  return found
end

local function holds_any(command, key)
  local size = redis.pcall(command, key)
  return type(size) == 'number' and size > 0
end

-- Deletes the keys of the channel, unless messages have come that are to be ended first.
local function end_channel()
  for _, priority in ipairs(PRIORITIES) do
    if holds_any('XLEN', target[priority]) then return '' end
  end
  if holds_any('ZCARD', target.delayed) or holds_any('ZCARD', target.waiting) then return '' end
  redis.call('DEL', TS.storedChannelKeys)
  notify(target.control, 'look')
  count = 1
  return ''
end

local parts = {
  waiting = function() return end_members(target.waiting, end_waiting) end,
  delayed = function() return end_members(target.delayed, end_delayed) end,
  h = end_stream, m = end_stream, l = end_stream,
  letters = function()
    return end_entries(target.dead_letters, FIRST_ENTRY, '+', function(entry, fields) return delete_letter(target, entry, fields) end)
  end,
  channel = end_channel,
}

return carry_out(function()
  allow_growth()
  if part == 'bounds' then return bounds() end
  local next_position = parts[part]()
  return { count, next_position, failure }
end)
