-- leave_channels: removes a consumer from the groups where it has nothing pending.
--
-- ARGV     how many channels, consumer
-- Returns  1
--
--- @include lib/command

return carry_out(function()
  local count, consumer = number(), argument()
  for n = 1, count do
    local c = channel(n)
    redis.pcall('HDEL', c.consumers, consumer)
    for _, priority in ipairs(PRIORITIES) do
      local pending = redis.pcall('XPENDING', c[priority], c.group, '-', '+', 1, consumer)
      if not pending.err and #pending == 0 then redis.pcall('XGROUP', 'DELCONSUMER', c[priority], c.group, consumer) end
    end
  end
  return 1
end)
