-- acknowledge: commits acknowledgements that store and publish nothing. Most messages end so.
--
-- Falls back to  nothing: commands/settle does the same, but creates more functions than these settlements need
-- Acts if        every settlement of the call is a plain acknowledgement
-- Gains          draining jobs at concurrency 10: 14 % more jobs, 22 % less time of Redis
--
-- KEYS[1]   the start of every key
-- KEYS[2+]  streams, which arguments refer to by index
-- ARGV      how many batches; each: the stream, its priority, its group, its channel, then as `read_entries` says
-- Returns   as commands/settle says

--- @include lib/start

local function name_of(c)
  return c.name
end

--- @include lib/settling

local function read_batch()
  local batch = { stream = KEYS[number()], priority = argument() }
  batch.channel = { group = argument(), name = argument() }
  return read_entries(batch)
end

local function action_for()
  return acknowledge
end

return carry_out(function() return settle_all(read_batch, action_for) end)
