-- reclaim: takes over entries whose consumers are lost and that may run beside others. Ends those that cannot be run at all.
--
-- ARGV     as lib/dead_letters says; consumer, ownership time, most deliveries, reason for entries that are given up, '1' if results are
--          stored here too; streams as `read_streams` says
-- Returns  1 if there may be more; 1 if there are suspects; { index of the stream, deliveries, entry }, ...; for each stream what
--          went wrong or ''
--
--- @include lib/dead_letters
--- @include lib/takeover
--- @include lib/end_entry
--- @include lib/check_target
--- @include lib/blocked_jobs

local function reason_for(lost, template)
  local reason = cjson.decode(template)
  reason.message = string.gsub(reason.message, '%d+', lost, 1)
  reason.attempts, reason.at = lost, now()
  return reason
end

-- The last resort: even its refusal has lost the worker. If results are stored here, its dependents are skipped.
local function give_up(s, pending, template, has_results)
  local c, entry, fields = s.channel, pending[1], entry_fields(s.key, pending[1])
  if not fields then return redis.call('XACK', s.key, s.group, entry) end
  local batch, names = { channel = c, priority = s.priority, stream = s.key }, names_of(fields)
  local reason = reason_for(pending[4] % MARK, template)
  local settlement = { batch = batch, entry = entry, id = names.id or '', alias = names.result }
  check_type(c.dead_letters, 'stream')
  check_type(JOBS, 'hash')
  check_type(AWAITED, 'hash')
  if is_at_entry(settlement) then
    free_id(settlement)
    blocked_jobs().leave(c, settlement.id)
    if has_results then blocked_jobs().store_failure(names, nil, reason.name .. ': ' .. reason.message) end
  end
  dead_letter(batch, entry, fields, cjson.encode(reason))
  remove_entry(batch, entry)
end

return carry_out(function()
  local consumer, ownership, most, reason, has_results = argument(), number(), number(), argument(), argument() == '1'
  local streams, taken, has_more, has_suspects = read_streams(), {}, 0, 0
  allow_growth()
  each_stream(streams, function(s)
    local given_up, before = 0, #taken
    local is_cut = each_pending(s, ownership, function(pending)
      if not has_room(streams, s) then
        has_more = 1
        return false
      end
      local entry, owner, deliveries = pending[1], pending[2], pending[4]
      local mode = takeover_mode(deliveries, most)
      if mode == 'share' then
        claim(taken, streams, s, consumer, ownership, entry, deliveries + 1)
      elseif mode == 'give-up' and not is_python(owner) and try_on(s.channel, give_up, s, pending, reason, has_results) then
        streams.left, given_up = streams.left - 1, given_up + 1
      else
        has_suspects = 1
      end
    end)
    if is_cut and given_up + #taken > before then has_more = 1 end
  end)
  remove_entries()
  return { has_more, has_suspects, taken, problems_of(streams) }
end)
