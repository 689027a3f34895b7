/** Operations that empty channels, some of what is there in each call: whoever calls goes on until there is no more. */
export const removal = /* lua */ `
-- So many at most are ended in one call, and so many bytes are read.
local STEP, SMALL_STEP, MOST_BYTES = 500, 50, 8 * 1024 * 1024

local c, failure = channel(1), ''

-- One that can't be ended keeps no other from it.
local function try_to_end(act, ...)
  local ok, answer = attempt(act, ...)
  if ok then return answer end
  if failure == '' then failure = message_of(answer) end
  return 0
end

-- What is no list of ours holds nothing that could be ended.
local function page_of(...)
  local page = redis.pcall(...)
  return page.err and {} or page
end

-- bounds: nothing. Returns the stamp of what is delayed later, and the last entries of the streams: what comes after them came later.
operations.bounds = function()
  local bounds = { next_stamp() }
  for place, priority in ipairs(PRIORITIES) do
    local info = redis.pcall('XINFO', 'STREAM', c[priority])
    bounds[place + 1] = info_of(info, 'last-generated-id') or '0-0'
  end
  return bounds
end

local function end_delayed(member, newest, exception)
  local m = find_delayed(c, member) or { stamp = '', id = '', fields = {} }
  if m.stamp > newest then return 0 end
  local job = job_of_delayed(c, m)
  if job then
    end_job('delayed', job, m.fields, exception)
  else
    change(HASH, c.messages, member, false)
    change(ZSET, c.delayed, member, false)
  end
  return 1
end

-- end_delayed: what their results are to say or '', the stamp of those that came later, how many were left out before. Returns how many were
-- ended, how many are left out so far or -1 at the end, what went wrong or ''.
operations.end_delayed = function()
  local exception, newest, kept, ended = argument(), argument(), number(), 0
  allow_growth()
  local page = page_of('ZRANGE', c.delayed, kept, kept + STEP - 1)
  for _, member in ipairs(page) do ended = ended + try_to_end(end_delayed, member, newest, exception) end
  return { ended, #page < STEP and -1 or kept + #page - ended, failure }
end

local function end_waiting(id, exception)
  local place, job = locate(id)
  if place == 'waiting' and name_of(job.channel) == name_of(c) then
    end_job(place, job, (part('dependencies').inspect(c, id)), exception)
  else
    part('dependencies').leave(c, id)
    change(ZSET, c.waiting, id, false)
  end
  return 1
end

-- end_waiting: what their results are to say or '', how many were left out before. Returns as \`end_delayed\` does.
operations.end_waiting = function()
  local exception, kept, ended = argument(), number(), 0
  allow_growth()
  local page = page_of('ZRANGE', c.waiting, kept, kept + STEP - 1)
  for _, id in ipairs(page) do ended = ended + try_to_end(end_waiting, id, exception) end
  return { ended, #page < STEP and -1 or kept + #page - ended, failure }
end

local function job_of_entry(letter, entry, fields)
  local id = job_of(fields)
  if id == '' or value_of(HASH, JOBS, id) ~= location_at(c, letter, entry) then return nil end
  return { id = id, channel = c, letter = letter, detail = entry }
end

local function end_entry(letter, entry, fields, is_running, exception)
  local job = job_of_entry(letter, entry, fields)
  if job then
    end_job(is_running and 'running' or 'queued', job, fields, exception)
  else
    if is_running then redis.call('XACK', c[letter], c.group, entry) end
    redis.call('XDEL', c[letter], entry)
  end
  return 1
end

local function bytes_of(fields)
  local bytes = 0
  for _, value in ipairs(fields) do bytes = bytes + #value end
  return bytes
end

-- end_entries: a priority's letter, what their results are to say or '', the entry to go on after, the last entry, '1' with those that are running.
-- Returns how many were ended, the entry to go on after or '' at the end, what went wrong or ''.
operations.end_entries = function()
  local letter, exception, after, bound, with_running = argument(), argument(), argument(), argument(), argument() == '1'
  local stream, ended, bytes = c[letter], 0, 0
  local last = last_delivered(c, stream)
  allow_growth()
  if not with_running and is_after(last, after) then after = last end
  while ended < STEP and bytes < MOST_BYTES do
    local page = page_of('XRANGE', stream, '(' .. after, bound, 'COUNT', SMALL_STEP)
    for _, entry in ipairs(page) do
      local is_running = with_running and not is_after(entry[1], last)
      ended, bytes, after = ended + try_to_end(end_entry, letter, entry[1], entry[2], is_running, exception), bytes + bytes_of(entry[2]), entry[1]
    end
    if #page < SMALL_STEP then return { ended, '', failure } end
  end
  return { ended, after, failure }
end

-- end_letters: nothing. Returns 1 where there may be more.
operations.end_letters = function()
  local page = page_of('XRANGE', c.dlq, '-', '+', 'COUNT', STEP)
  for _, letter in ipairs(page) do delete_letter(c, letter[1], letter[2]) end
  return #page < STEP and 0 or 1
end

local function holds_more()
  for _, priority in ipairs(PRIORITIES) do
    if redis.call('TYPE', c[priority]).ok == 'stream' and redis.call('XLEN', c[priority]) > 0 then return true end
  end
  for _, zset in ipairs({ c.delayed, c.waiting }) do
    if redis.call('TYPE', zset).ok == 'zset' and redis.call('ZCARD', zset) > 0 then return true end
  end
  return false
end

-- drop: nothing. Removes the channel; returns 0 where something has come in the meantime that is to be ended first.
operations.drop = function()
  if holds_more() then return 0 end
  redis.call('DEL', c.h, c.m, c.l, c.dlq, c.delayed, c.messages, c.waiting, c.waiting_messages, c.paused, c.consumers)
  tell(c.control, 'look')
  return 1
end
`;
