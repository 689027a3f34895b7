-- end_entries: a step that ends queued entries of a stream, and running ones where asked for.
--
-- KEYS     as lib/keys says
-- ARGV     priority, the exception of results or '', the entry to go on after, the last entry, '1' to end running jobs as well
-- Returns  { how many were ended, the entry to go on after or '' at the end, what went wrong or '' }
--
--- @include lib/args
--- @include lib/server
--- @include lib/removal
--- @include lib/end_job
--- @include lib/lists

local SMALL_STEP, MOST_BYTES = 50, 8 * 1024 * 1024

local function job_of_entry(letter, entry, fields)
  local id = job_of(fields)
  if id == '' or value_of(HASH, JOBS, id) ~= location_at(target, letter, entry) then return nil end
  return { id = id, channel = target, letter = letter, detail = entry }
end

local function end_entry(letter, entry, fields, is_running, exception)
  local job = job_of_entry(letter, entry, fields)
  if job then
    end_job(is_running and 'running' or 'queued', job, fields, exception)
  else
    if is_running then redis.call('XACK', target[letter], target.group, entry) end
    redis.call('XDEL', target[letter], entry)
  end
  return 1
end

return carry_out(function()
  local letter, exception, after, bound, with_running = argument(), argument(), argument(), argument(), argument() == '1'
  local stream, count, bytes = target[letter], 0, 0
  local last = last_delivered(target, stream)
  allow_growth()
  if not with_running and is_after(last, after) then after = last end
  while count < STEP and bytes < MOST_BYTES do
    local page = page_of('XRANGE', stream, '(' .. after, bound, 'COUNT', SMALL_STEP)
    for _, entry in ipairs(page) do
      local is_running = with_running and not is_after(entry[1], last)
      count = count + try_to_end(end_entry, letter, entry[1], entry[2], is_running, exception)
      bytes, after = bytes + size_of(entry[2]), entry[1]
    end
    if #page < SMALL_STEP then return { count, '', failure } end
  end
  return { count, after, failure }
end)
