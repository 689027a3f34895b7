/** Ending deliveries, and keeping them. */
export const settle = /* lua */ `
local LOST, DONE = 0, 1

-- How often the entries of a run were delivered to its consumer, by one look at all that it has in hand between the least
-- and the greatest: a third of what a look at each costs. May miss some, where there is much else between them.
local function delivery_counts(run)
  local found = redis.pcall('XPENDING', run.stream, run.channel.group, run.least, run.greatest, 2 * #run.entries, run.consumer)
  local counts = {}
  for _, pending in ipairs(found) do counts[pending[1]] = pending[4] end
  return counts
end

local function delivery_count(run, entry)
  local pending = pending_entry(run.channel, run.stream, entry)
  return pending and pending[2] == run.consumer and pending[4]
end

-- A consumer may have been given its own message anew: the count of deliveries tells the two apart.
local function owns(run, entry)
  return (run.counts[entry] or delivery_count(run, entry)) == run.deliveries
end

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

-- Reads a run, settlements alike in all but their entries: channel, priority, consumer, deliveries, outcome, the least and the
-- greatest of the entries, how many, entries. What else there is to say of each of them follows; of an acknowledged message
-- without an id there is nothing: 'done'.
local function read_run()
  local c, priority = channel(number()), argument()
  local run = { channel = c, priority = priority, stream = c[priority], consumer = argument(), deliveries = number() }
  run.outcome, run.least, run.greatest, run.entries = argument(), argument(), argument(), {}
  for i = 1, number() do run.entries[i] = argument() end
  run.counts = delivery_counts(run)
  return run
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
  local s = run.outcome ~= 'done' and read_settlement(run, entry)
  if has_ended(run, entry) or not owns(run, entry) then return LOST end
  if s then return try(commit, s) end
  remove_entry(run, entry)
  return DONE
end

local function keep(run, entry)
  return owns(run, entry) and try(extend, run, entry) or LOST
end

-- settle: how many runs, runs. Answers for those that were not done, by their place among all: place, and 0 where ownership was
-- lost, or what went wrong.
operations.settle = function()
  local answers, place = {}, 0
  for _ = 1, number() do
    local run = read_run()
    local act = run.outcome == 'extend' and keep or settle
    for _, entry in ipairs(run.entries) do
      local answer = act(run, entry)
      if answer ~= DONE then answers[#answers + 1] = { place, answer } end
      place = place + 1
    end
  end
  remove_entries()
  return answers
end
`;
