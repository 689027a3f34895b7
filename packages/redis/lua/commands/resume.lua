-- resume: ends the pause of a channel.
--
-- KEYS     as lib/keys says
-- ARGV     none
-- Returns  1
--
--- @include lib/server
--- @include lib/keys
--- @include lib/changes
--- @include lib/groups
--- @include lib/notify

local function let_go(c, stream)
  local last, group = last_delivered(c, stream)
  if group and info_of(group, 'last-delivered-id') == END_OF_STREAM then redis.call('XGROUP', 'SETID', stream, c.group, last) end
end

return carry_out(function()
  local c = channel(1)
  allow_growth()
  for _, priority in ipairs(PRIORITIES) do let_go(c, c[priority]) end
  redis.call('DEL', c.paused)
  notify(c.control, 'look')
  return 1
end)
