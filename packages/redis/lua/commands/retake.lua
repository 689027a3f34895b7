-- retake: gives a consumer its own entries again, after the answer that held them was lost.
--
-- ARGV     consumer; streams as `read_streams` says; how many entries; each: place of its stream, entry, deliveries
-- Returns  as commands/reclaim says
--
--- @include lib/takeover
--- @include lib/pending

return carry_out(function()
  local consumer, streams, taken, has_more = argument(), read_streams(), {}, 0
  for _ = 1, number() do
    local s, entry, deliveries = streams[number()], argument(), number()
    local pending = pending_entry(s.channel, s.key, entry)
    if pending and pending[2] == consumer and pending[4] == deliveries then
      if has_room(streams, s) then claim(taken, streams, s, consumer, 0, entry, deliveries) else has_more = 1 end
    end
  end
  return { has_more, 0, taken, problems_of(streams) }
end)
