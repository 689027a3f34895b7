-- peek: reads queued messages of a channel without taking them.
--
-- KEYS     as lib/keys says
-- ARGV     how many
-- Returns  entries, those of a higher priority first
--
--- @include lib/args
--- @include lib/server
--- @include lib/keys
--- @include lib/changes
--- @include lib/groups

return carry_out(function()
  require_master()
  local c, limit, found = channel(1), number(), {}
  for _, priority in ipairs(PRIORITIES) do
    local left = limit - #found
    local after = last_delivered(c, c[priority])
    local entries = left > 0 and redis.call('XRANGE', c[priority], '(' .. after, '+', 'COUNT', left) or {}
    for _, entry in ipairs(entries) do found[#found + 1] = entry end
  end
  return found
end)
