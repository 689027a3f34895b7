-- read_dead_letters: reads the oldest dead letters of a channel.
--
-- KEYS     as lib/keys says
-- ARGV     as lib/dead_letters says; how many
-- Returns  entries
--
--- @include lib/dead_letters
--- @include lib/server
--- @include lib/changes

return carry_out(function()
  require_master()
  local c = channel(1)
  trim_letters(c)
  return redis.call('XRANGE', c.dead_letters, '-', '+', 'COUNT', number())
end)
