/** What ends a delivery, or takes an abandoned one away. */
export const endings = /* lua */ `
local done, discarded = {}, {}

-- Acknowledging waits until the end of the batch, so that it is one command per stream. Until then an entry that has ended
-- is still in hand for Redis, and known by its place in the list.
local function remove_entry(run, entry)
  local list = done[run.stream]
  if not list then
    list = { group = run.channel.group }
    done[run.stream] = list
  end
  list[#list + 1] = entry
  list[entry] = #list
end

local function has_ended(run, entry)
  return done[run.stream] and done[run.stream][entry]
end

local function remove_entries()
  for stream, entries in pairs(done) do
    in_pages(entries, function(...)
      redis.call('XACK', stream, entries.group, ...)
      redis.call('XDEL', stream, ...)
    end)
  end
  in_pages(discarded, function(...) redis.call('DEL', ...) end)
end

local function is_indexed(s)
  return s.id ~= '' and value_of(HASH, JOBS, s.id) == location_at(s.run.channel, s.run.priority, s.entry)
end

-- The id of a job is free again, and so is that of its result, if it is another.
local function free_id(s)
  if is_indexed(s) then forget_job(s.id, s.alias) end
end
`;
