/** Ending deliveries, and keeping them. */
export const settle = /* lua */ `
local LOST, DONE = 0, 1

-- A consumer may have been given its own message anew: the count of deliveries tells the two apart.
local function owns(s)
  local pending = pending_entry(s.channel, s.stream, s.entry)
  return pending and pending[2] == s.consumer and pending[4] == s.deliveries
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

local function read_rest(s)
  s.clears, s.buckets = read_buckets()
  s.followers = {}
  for i = 1, number() do s.followers[i] = read_message() end
  s.has_waited = argument() == '1'
end

-- Reads a settlement: channel, priority, entry, consumer, deliveries, outcome; then by outcome
-- ack: job id | nack: job id, headers, reason | bury: job id, reason | back: job id, headers, delay | extend: nothing;
-- then '1' and buckets, how many followers, messages, '1' where it has read what it waited for; or ''.
local function read_settlement()
  local s = { channel = channel(number()), priority = argument(), entry = argument(), consumer = argument(), deliveries = number() }
  s.stream = s.channel[s.priority]
  s.outcome = argument()
  if s.outcome == 'extend' then return s end
  s.id = argument()
  if s.outcome == 'nack' or s.outcome == 'back' then s.headers = argument() end
  if s.outcome == 'nack' or s.outcome == 'bury' then s.reason = argument() end
  if s.outcome == 'back' then s.delay = number() end
  if argument() == '1' then read_rest(s) end
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
  if s.buckets then
    clear_buckets(s.clears)
    store_buckets(s.buckets)
  end
  outcomes[s.outcome](s)
  if s.has_waited and s.id ~= '' then part('dependencies').leave(s.channel, s.id) end
  if s.followers then add_followers(s) end
  remove_entry(s)
  return DONE
end

local function extend(s)
  redis.call('XCLAIM', s.stream, s.channel.group, s.consumer, 0, s.entry, 'JUSTID')
  return DONE
end

-- settle: how many, settlements. Answers for each 1, 0 where ownership was lost, or what went wrong.
operations.settle = function()
  local answers = {}
  for n = 1, number() do
    local s = read_settlement()
    if not owns(s) then
      answers[n] = LOST
    else
      local ok, answer = pcall(s.outcome == 'extend' and extend or commit, s)
      answers[n] = ok and answer or message_of(answer)
    end
  end
  remove_entries()
  return answers
end
`;
