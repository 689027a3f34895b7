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

return carry_out(function()
  local c = channel(1)
  allow_growth()
  for _, priority in ipairs(PRIORITIES) do restore_position(c, c[priority]) end
  redis.call('DEL', c.paused)
  notify(c.control, 'look')
  return 1
end)
