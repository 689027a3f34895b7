-- unconfirmed: lists the consumers that are alive and have not confirmed a pause.
--
-- ARGV     as lib/dead_letters says; the name of the pause
-- Returns  names of consumers; none if the pause is over
--
--- @include lib/administration

return carry_out(function()
  local epoch, names = argument(), {}
  if redis.call('HGET', target.paused, TS.pauseEpoch) ~= epoch then return names end
  each_consumer(target, function(consumer, confirmed, is_alive)
    if is_alive and confirmed ~= epoch then names[#names + 1] = consumer end
  end)
  return names
end)
