/** Operations that take entries over. */
export const reclaim = /* lua */ `
-- The last resort: even to refuse it has killed its worker, or so it seems.
local function give_up(s, pending, reason)
  local c, entry, fields = s.channel, pending[1], entry_fields(s.key, pending[1])
  if not fields then return redis.call('XACK', s.key, s.group, entry) end
  local deaths, run = pending[4] % ALONE, { channel = c, priority = s.priority, stream = s.key }
  reason = cjson.decode(reason)
  reason.message = string.gsub(reason.message, '%d+', deaths, 1)
  reason.attempts, reason.at = deaths, now()
  local ended = { run = run, entry = entry, id = job_of(fields) }
  check_type(c.dlq, 'stream')
  if ended.id ~= '' then check_type(JOBS, 'hash') end
  dead_letter(run, entry, fields, cjson.encode(reason))
  free_id(ended)
  if ended.id ~= '' then part('dependencies').leave(c, ended.id) end
  remove_entry(run, entry)
end

-- reclaim: consumer, ownership time, most deliveries, reason, streams. Takes over what may run beside others. Returns
-- 1 where there may be more; 1 where there are suspects; { place of the stream, deliveries, entry }, ...; for each stream what went wrong or ''.
operations.reclaim = function()
  local consumer, ownership, most, reason = argument(), number(), number(), argument()
  local streams, taken, is_more, are_suspects = read_streams(), {}, 0, 0
  allow_growth()
  open_streams(streams, function(s)
    each_pending(s, ownership, function(pending)
      if not has_room(streams, s) then
        is_more = 1
        return false
      end
      local entry, owner, deliveries = pending[1], pending[2], pending[4]
      local verdict = verdict_on(deliveries, most)
      if verdict == 'innocent' then
        claim(taken, streams, s, consumer, ownership, entry, deliveries + 1)
      elseif verdict == 'hopeless' and not counts_keeping(owner) and try_on(s.channel, give_up, s, pending, reason) then
        streams.left = streams.left - 1
      else
        are_suspects = 1
      end
    end)
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
    local deliveries = pending[4]
    if verdict_on(deliveries, most) ~= 'innocent' then
      local mark = deliveries >= ALONE and EXHAUSTED or ALONE
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
