-- drop_channel: deletes the keys of an empty channel.
--
-- KEYS     as lib/keys says
-- ARGV     none
-- Returns  1, or 0 where messages have come that are to be ended first
--
--- @include lib/keys
--- @include lib/changes
--- @include lib/notify

local function holds_more(c)
  for _, priority in ipairs(PRIORITIES) do
    if redis.call('TYPE', c[priority]).ok == 'stream' and redis.call('XLEN', c[priority]) > 0 then return true end
  end
  for _, zset in ipairs({ c.delayed, c.waiting }) do
    if redis.call('TYPE', zset).ok == 'zset' and redis.call('ZCARD', zset) > 0 then return true end
  end
  return false
end

return carry_out(function()
  local c = channel(1)
  if holds_more(c) then return 0 end
  redis.call('DEL', TS.storedChannelKeys)
  notify(c.control, 'look')
  return 1
end)
