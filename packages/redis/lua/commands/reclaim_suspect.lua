-- reclaim_suspect: takes over one suspect for a consumer that has nothing in flight.
--
-- ARGV     consumer, ownership time, most deliveries; streams as `read_streams` says
-- Returns  as commands/reclaim says
--
--- @include lib/takeover

-- First an entry of the consumer's own whose reply was lost, then one whose consumer is lost.
local function claim_alone(taken, streams, s, consumer, ownership, most)
  each_pending(s, 0, function(pending)
    if pending[4] >= MARK then return not claim(taken, streams, s, consumer, 0, pending[1], pending[4]) end
  end, consumer)
  if #taken > 0 then return end
  each_pending(s, ownership, function(pending)
    local deliveries, mode = pending[4], takeover_mode(pending[4], most)
    if mode ~= 'share' then
      --- @include lib/inline/given_alone
      local is_to_be_refused = mode == 'refuse' or (mode == 'give-up' and not is_python(pending[2]))
      local marks = is_to_be_refused and EXHAUSTED or marks_of(deliveries) + (is_given_alone and 0 or 1)
      return not claim(taken, streams, s, consumer, ownership, pending[1], marks * MARK + deliveries % MARK + 1)
    end
  end)
end

return carry_out(function()
  local consumer, ownership, most = argument(), number(), number()
  local streams, taken = read_streams(), {}
  allow_growth()
  each_stream(streams, function(s)
    if #taken == 0 then claim_alone(taken, streams, s, consumer, ownership, most) end
  end)
  return { 0, #taken, taken, problems_of(streams) }
end)
