-- has_suspects: tells whether there are suspects.
--
-- ARGV     ownership time, most deliveries; streams as `read_streams` says
-- Returns  1 or 0
--
--- @include lib/takeover

return carry_out(function()
  local ownership, most, found = number(), number(), 0
  each_stream(read_streams(), function(s)
    each_pending(s, ownership, function(pending)
      if takeover_mode(pending[4], most) ~= 'share' then found = 1 end
      return found == 0
    end)
  end)
  return found
end)
