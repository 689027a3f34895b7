-- peek: reads queued messages of a channel without taking them.
--
-- ARGV     as lib/dead_letters says; how many
-- Returns  entries, those of a higher priority first
--
--- @include lib/administration

return carry_out(function()
  require_master()
  local limit, found = number(), {}
  for _, priority in ipairs(PRIORITIES) do
    local left = limit - #found
    local after = last_delivered(target, target[priority])
    if left > 0 then append(found, redis.call('XRANGE', target[priority], '(' .. after, '+', 'COUNT', left)) end
  end
  return found
end)
