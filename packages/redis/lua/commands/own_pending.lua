-- own_pending: lists the entries that are pending for a consumer and not marked by a takeover.
--
-- ARGV     consumer, least idle time, most idle time; streams as `read_streams` says
-- Returns  for each stream entries, each followed by its deliveries
--
--- @include lib/takeover

return carry_out(function()
  local consumer, least, most = argument(), number(), number()
  local streams, own = read_streams(), {}
  for place, s in ipairs(streams) do
    own[place] = {}
    try_on(s.channel, each_pending, s, least, function(pending)
      if pending[3] < most and pending[4] < ALONE then append(own[place], { pending[1], pending[4] }) end
    end, consumer)
  end
  return own
end)
