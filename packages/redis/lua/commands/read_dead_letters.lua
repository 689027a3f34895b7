-- read_dead_letters: reads the oldest dead letters of a channel.
--
-- ARGV     as lib/dead_letters says; how many
-- Returns  entries
--
--- @include lib/administration

return carry_out(function()
  require_master()
  trim_letters(target)
  return redis.call('XRANGE', target.dead_letters, '-', '+', 'COUNT', number())
end)
