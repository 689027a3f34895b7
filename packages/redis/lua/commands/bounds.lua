-- bounds: returns the positions that tell what a channel holds now from what comes later.
--
-- KEYS     as lib/keys says
-- ARGV     none
-- Returns  { the stamp of the next delayed message, the last entry of each stream by priority }
--
--- @include lib/add_entry

return carry_out(function()
  local c, bounds = channel(1), { next_stamp() }
  for place, priority in ipairs(PRIORITIES) do
    local info = redis.pcall('XINFO', 'STREAM', c[priority])
    bounds[place + 1] = info_of(info, 'last-generated-id') or '0-0'
  end
  return bounds
end)
