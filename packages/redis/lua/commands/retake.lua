-- retake: gives a consumer its own entries again, after the reply that held them was lost. Or lists its entries, except those that a
-- takeover has marked.
--
-- ARGV     consumer; streams as `read_streams` says; how many entries, or -1 to list them; to list them: least idle time, most idle time;
--          else for each: index of its stream, entry, deliveries
-- Returns  as commands/reclaim says. A listed entry has no fields
--
--- @include lib/takeover
--- @include lib/pending

local consumer, streams, count = argument(), read_streams(), number()

local function list(least, most)
  local own = {}
  for index, s in ipairs(streams) do
    try_on(s.channel, each_pending, s, least, function(pending)
      if pending[3] < most and pending[4] < MARK then own[#own + 1] = { index, pending[4], { pending[1] } } end
    end, consumer)
  end
  return { 0, 0, own, {} }
end

return carry_out(function()
  local taken, has_more = {}, 0
  if count < 0 then return list(number(), number()) end
  for _ = 1, count do
    local s, entry, deliveries = streams[number()], argument(), number()
    local pending = pending_entry(s.channel, s.key, entry)
    if pending and pending[2] == consumer and pending[4] == deliveries then
      if has_room(streams, s) then claim(taken, streams, s, consumer, 0, entry, deliveries) else has_more = 1 end
    end
  end
  return { has_more, 0, taken, problems_of(streams) }
end)
