/** Ending deliveries, and keeping them. */
export const settle = /* lua */ `
local function with_headers(fields, headers)
  local changed, place = {}, nil
  for i = 1, #fields, 2 do
    if fields[i] == 'headers' then
      place = true
      if headers ~= '' then
        changed[#changed + 1] = 'headers'
        changed[#changed + 1] = headers
      end
    else
      changed[#changed + 1] = fields[i]
      changed[#changed + 1] = fields[i + 1]
    end
  end
  if not place and headers ~= '' then
    changed[#changed + 1] = 'headers'
    changed[#changed + 1] = headers
  end
  return changed
end

local function give_back(s)
  local indexed = is_indexed(s)
  local fields = with_headers(s.fields, s.headers)
  if s.delay > 0 then
    delay_entry(s.channel, s.priority, s.id, indexed, fields, now() + s.delay)
  else
    add_entry(s.channel, s.priority, s.id, indexed, fields)
  end
end

local outcomes = {
  ack = free_id,
  nack = function(s)
    dead_letter(s.channel, s.stream, s.entry, with_headers(s.fields, s.headers), s.reason)
    free_id(s)
  end,
  bury = function(s)
    dead_letter(s.channel, s.stream, s.entry, s.fields, s.reason)
    free_id(s)
  end,
  back = give_back,
}

-- Those whose ids are taken are left out.
local function add_followers(s)
  local free, seen = {}, {}
  for _, follower in ipairs(s.followers) do
    local name = follower.channel.number .. ':' .. follower.id
    if follower.id == '' or not (seen[name] or is_taken(follower)) then
      free[#free + 1] = follower
      seen[name] = true
    end
  end
  add_messages(free)
end

-- Reads: '' for nothing, 'b' and a bucket, or 'f' and: how many buckets, buckets, how many followers, messages, '1' where
-- it has read what it waited for.
local function read_rest(s)
  local rest = argument()
  if rest == 'b' then s.buckets = { read_bucket() } end
  if rest ~= 'f' then return end
  s.buckets, s.followers = {}, {}
  for i = 1, number() do s.buckets[i] = read_bucket() end
  for i = 1, number() do s.followers[i] = read_message() end
  s.has_waited = argument() == '1'
end

-- Reads by outcome: ack: job id | nack: job id, headers, reason | bury: job id, reason | back: job id, headers, delay;
-- then what goes with it.
local function read_settlement(run, entry)
  local s = {
    channel = run.channel, stream = run.stream, priority = run.priority, entry = entry,
    outcome = run.outcome, id = argument(),
  }
  if s.outcome == 'nack' or s.outcome == 'back' then s.headers = argument() end
  if s.outcome == 'nack' or s.outcome == 'bury' then s.reason = argument() end
  if s.outcome == 'back' then s.delay = number() end
  read_rest(s)
  return s
end

-- Raises an error before anything is written where something could not be. A mere acknowledgement has nothing to fear: it
-- reads the index first.
local function check(s)
  if s.id ~= '' then check_type(s.channel.index, 'hash') end
  if s.outcome == 'nack' or s.outcome == 'bury' then check_type(s.channel.dlq, 'stream') end
  if s.outcome == 'back' and s.delay > 0 then check_delayed(s.channel) end
  if s.followers then check_messages(s.followers) end
end

-- The settled message's own id is free for its followers only once the outcome has freed it.
local function commit(s)
  if s.outcome ~= 'ack' then
    s.fields = entry_fields(s.stream, s.entry)
    if not s.fields then return LOST end
  end
  if s.outcome ~= 'ack' or s.buckets then check(s) end
  if s.buckets then store_buckets(s.buckets) end
  outcomes[s.outcome](s)
  if s.has_waited and s.id ~= '' then part('dependencies').leave(s.channel, s.id) end
  if s.followers then add_followers(s) end
  remove_entry(s, s.entry)
  return DONE
end

local function extend(run, entry)
  redis.call('XCLAIM', run.stream, run.channel.group, run.consumer, 0, entry, 'JUSTID')
  return DONE
end

-- Raised errors are answers too.
local function try(act, ...)
  local ok, answer = pcall(act, ...)
  return ok and answer or message_of(answer)
end

local function settle(run, entry)
  local s = read_settlement(run, entry)
  if has_ended(run, entry) or not owns(run, entry) then return LOST end
  return try(commit, s)
end

local function keep(run, entry)
  return owns(run, entry) and try(extend, run, entry) or LOST
end

-- Reads a run, settlements alike in all but their entries: channel, priority, then as \`read_entries\`.
local function read_run()
  local c, priority = channel(number()), argument()
  return read_entries({ channel = c, priority = priority, stream = c[priority] })
end

local function act_of(outcome)
  if outcome == 'extend' then return keep end
  if outcome == 'done' or outcome == 'freed' then return acknowledge end
  return settle
end

-- settle: how many runs, runs.
operations.settle = function()
  return settle_all(read_run, act_of)
end
`;
