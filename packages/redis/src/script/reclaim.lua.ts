/** Operations that take entries over. */
export const reclaim = /* lua */ `
local function reason_for(deaths, template)
  local reason = cjson.decode(template)
  reason.message = string.gsub(reason.message, '%d+', deaths, 1)
  reason.attempts, reason.at = deaths, now()
  return reason
end

-- The last resort: even to refuse it has killed its worker, or so it seems. Whoever waits for it is told, where results lie here.
local function give_up(s, pending, template, has_results)
  local c, entry, fields = s.channel, pending[1], entry_fields(s.key, pending[1])
  if not fields then return redis.call('XACK', s.key, s.group, entry) end
  local run, names, reason = { channel = c, priority = s.priority, stream = s.key }, names_of(fields), reason_for(pending[4] % ALONE, template)
  local ended = { run = run, entry = entry, id = names.id or '', alias = names.result }
  check_type(c.dlq, 'stream')
  check_type(JOBS, 'hash')
  check_type(AWAITED, 'hash')
  if is_indexed(ended) then
    free_id(ended)
    part('dependencies').leave(c, ended.id)
    if has_results and names.result then
      part('dependencies').store_failed(names.result, names.ttl, reason.name .. ': ' .. reason.message, names)
    end
  end
  dead_letter(run, entry, fields, cjson.encode(reason))
  remove_entry(run, entry)
end

-- reclaim: consumer, ownership time, most deliveries, reason, '1' where results lie here too, streams. Takes over what may run beside others. Returns
-- 1 where there may be more; 1 where there are suspects; { place of the stream, deliveries, entry }, ...; for each stream what went wrong or ''.
operations.reclaim = function()
  local consumer, ownership, most, reason, has_results = argument(), number(), number(), argument(), argument() == '1'
  local streams, taken, is_more, are_suspects = read_streams(), {}, 0, 0
  allow_growth()
  open_streams(streams, function(s)
    local given_up, before = 0, #taken
    local is_cut = each_pending(s, ownership, function(pending)
      if not has_room(streams, s) then
        is_more = 1
        return false
      end
      local entry, owner, deliveries = pending[1], pending[2], pending[4]
      local verdict = verdict_on(deliveries, most)
      if verdict == 'innocent' then
        claim(taken, streams, s, consumer, ownership, entry, deliveries + 1)
      elseif verdict == 'hopeless' and not is_python(owner) and try_on(s.channel, give_up, s, pending, reason, has_results) then
        streams.left, given_up = streams.left - 1, given_up + 1
      else
        are_suspects = 1
      end
    end)
    if is_cut and given_up + #taken > before then is_more = 1 end
  end)
  remove_entries()
  return { is_more, are_suspects, taken, problems_of(streams) }
end

-- Some consumer's own, of which the answer was lost; or one whose consumer is lost.
local function claim_alone(taken, streams, s, consumer, ownership, most)
  each_pending(s, 0, function(pending)
    if pending[4] >= ALONE then return not claim(taken, streams, s, consumer, 0, pending[1], pending[4]) end
  end, consumer)
  if #taken > 0 then return end
  each_pending(s, ownership, function(pending)
    local deliveries, verdict = pending[4], verdict_on(pending[4], most)
    if verdict ~= 'innocent' then
      local is_to_be_refused = verdict == 'guilty' or (verdict == 'hopeless' and not is_python(pending[2]))
      local mark = is_to_be_refused and EXHAUSTED or ALONE
      return not claim(taken, streams, s, consumer, ownership, pending[1], mark + deliveries % ALONE + 1)
    end
  end)
end

-- alone: consumer, ownership time, most deliveries, streams. Takes one suspect for a consumer that has nothing in flight. Returns as \`reclaim\` does.
operations.alone = function()
  local consumer, ownership, most = argument(), number(), number()
  local streams, taken = read_streams(), {}
  allow_growth()
  open_streams(streams, function(s)
    if #taken == 0 then claim_alone(taken, streams, s, consumer, ownership, most) end
  end)
  return { 0, #taken, taken, problems_of(streams) }
end

-- suspects: ownership time, most deliveries, streams. Returns 1 where there are any.
operations.suspects = function()
  local ownership, most, found = number(), number(), 0
  open_streams(read_streams(), function(s)
    each_pending(s, ownership, function(pending)
      if verdict_on(pending[4], most) ~= 'innocent' then found = 1 end
      return found == 0
    end)
  end)
  return found
end

-- pending: consumer, least idle time, most idle time, streams. Returns for each stream the entries that are the consumer's, each followed by its deliveries.
operations.pending = function()
  local consumer, least, most = argument(), number(), number()
  local streams, own = read_streams(), {}
  for place, s in ipairs(streams) do
    own[place] = {}
    try_on(s.channel, each_pending, s, least, function(pending)
      if pending[3] < most and pending[4] < ALONE then append(own[place], { pending[1], pending[4] }) end
    end, consumer)
  end
  return own
end

-- retake: consumer, streams, how many entries; each: place of its stream, entry, deliveries. Gives the consumer once more what it has not
-- learned of. Returns as \`reclaim\` does.
operations.retake = function()
  local consumer, streams, taken, is_more = argument(), read_streams(), {}, 0
  for _ = 1, number() do
    local s, entry, deliveries = streams[number()], argument(), number()
    local pending = pending_entry(s.channel, s.key, entry)
    if pending and pending[2] == consumer and pending[4] == deliveries then
      if has_room(streams, s) then claim(taken, streams, s, consumer, 0, entry, deliveries) else is_more = 1 end
    end
  end
  return { is_more, 0, taken, problems_of(streams) }
end
`;
