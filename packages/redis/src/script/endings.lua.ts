/** What ends a delivery, or takes an abandoned one away. */
export const endings = /* lua */ `
local done = {}

-- Acknowledging waits until the end of the batch, so that it is one command per stream. Until then an entry that has ended
-- is still in hand for Redis, and known by its place in the list.
local function remove_entry(s, entry)
  local list = done[s.stream]
  if not list then
    list = { group = s.channel.group }
    done[s.stream] = list
  end
  list[#list + 1] = entry
  list[entry] = #list
end

local function has_ended(s, entry)
  return done[s.stream] and done[s.stream][entry]
end

local function remove_entries()
  for stream, entries in pairs(done) do
    in_pages(entries, function(...)
      redis.call('XACK', stream, entries.group, ...)
      redis.call('XDEL', stream, ...)
    end)
  end
end

local function is_indexed(s)
  return s.id ~= '' and value_of(HASH, s.channel.index, s.id) == s.priority .. s.entry
end

local function free_id(s)
  if is_indexed(s) then change(HASH, s.channel.index, s.id, false) end
end
`;
