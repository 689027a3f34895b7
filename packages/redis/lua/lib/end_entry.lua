--- @include lib/location

-- Ends entries of streams. They are acknowledged at the end of the call, with one command for each stream.

-- Stream -> its group, the list of its entries that have ended, and the index of each entry in this list. Until the end of the call these
-- entries are still pending in Redis.
local ended = {}

-- Keys to delete at the end of the call: arguments that are not needed any more.
local discarded = {}

local function remove_entry(batch, entry)
  local list = ended[batch.stream]
  if not list then
    list = { group = batch.channel.group }
    ended[batch.stream] = list
  end
  list[#list + 1] = entry
  list[entry] = #list
end

local function has_ended(batch, entry)
  return ended[batch.stream] and ended[batch.stream][entry]
end

local function remove_entries()
  for stream, entries in pairs(ended) do
    in_pages(entries, function(...)
      redis.call('XACK', stream, entries.group, ...)
      redis.call('XDEL', stream, ...)
    end)
  end
  in_pages(discarded, function(...) redis.call('DEL', ...) end)
end

-- True if the job's location is that of its entry.
local function is_at_entry(s)
  return is_located(s.id, s.batch.channel, s.batch.priority, s.entry)
end

local function free_id(s)
  if is_at_entry(s) then forget_job(s.id, s.alias) end
end
