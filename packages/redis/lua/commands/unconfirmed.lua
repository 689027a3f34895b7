-- unconfirmed: lists the consumers that are alive and have not confirmed a pause.
--
-- KEYS     as lib/keys says
-- ARGV     the name of the pause
-- Returns  names of consumers; none where the pause is over
--
--- @include lib/args
--- @include lib/changes
--- @include lib/consumers

return carry_out(function()
  local c, epoch, names = channel(1), argument(), {}
  if redis.call('HGET', c.paused, TS.pauseEpoch) ~= epoch then return names end
  each_consumer(c, function(consumer, confirmed, is_alive)
    if is_alive and confirmed ~= epoch then names[#names + 1] = consumer end
  end)
  return names
end)
