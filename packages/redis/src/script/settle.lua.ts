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
    if is_first(follower, seen) then free[#free + 1] = follower end
  end
  put_messages(free)
end

-- What goes with a settlement, by its letters.
local rests = {}

local function rest_of(letters)
  local rest = rests[letters]
  if not rest then
    rest = {}
    for letter in string.gmatch(letters, '.') do rest[letter] = true end
    rests[letters] = rest
  end
  return rest
end

local function read_followers()
  local followers = {}
  for i = 1, number() do followers[i] = read_message() end
  return followers
end

-- Reads by outcome: ack: job id | nack: job id, headers, reason | bury: job id, reason | back: job id, headers, delay;
-- then letters, and for each of them what goes with it: 'b' a bucket; 'w' nothing, as it has waited for buckets; 'i' the id of
-- the bucket that came along with it; 'f' how many followers, messages.
local function read_settlement(run, entry)
  local outcome, id, headers, reason, delay = run.outcome, argument(), nil, nil, nil
  if outcome == 'nack' or outcome == 'back' then headers = argument() end
  if outcome == 'nack' or outcome == 'bury' then reason = argument() end
  if outcome == 'back' then delay = number() end
  local rest = rest_of(argument())
  return {
    channel = run.channel, stream = run.stream, priority = run.priority, entry = entry,
    outcome = outcome, id = id, headers = headers, reason = reason, delay = delay, fields = nil,
    bucket = rest.b and read_bucket(), has_waited = rest.w, input = rest.i and argument(), followers = rest.f and read_followers(),
  }
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
  if s.outcome ~= 'ack' or s.bucket or s.followers then check(s) end
  if s.bucket then store_bucket(s.bucket) end
  outcomes[s.outcome](s)
  if s.has_waited and s.id ~= '' then part('dependencies').leave(s.channel, s.id) end
  if s.input then part('dependencies').leave_input(s.channel, s.id, s.input) end
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

local function settle(run, place)
  local entry = run.entries[place]
  if has_ended(run, entry) or not owns(run, entry) then return LOST end
  return try(commit, run.settlements[place])
end

local function keep(run, place)
  local entry = run.entries[place]
  return owns(run, entry) and try(extend, run, entry) or LOST
end

-- What all of them ask for is read at once.
local function read_settlements(run)
  local batches, bucket_ids = {}, {}
  run.settlements = {}
  for place, entry in ipairs(run.entries) do
    local s = read_settlement(run, entry)
    run.settlements[place] = s
    batches[#batches + 1] = s.followers
    if s.bucket then bucket_ids[#bucket_ids + 1] = s.bucket.id end
  end
  batches[#batches + 1] = run.settlements
  look_for_jobs(batches)
  look_who_waits(bucket_ids)
end

local READ_ELSEWHERE = { done = true, freed = true, extend = true }

-- Reads a run, settlements alike in all but their entries: channel, priority, then as \`read_entries\`.
local function read_run()
  local c, priority = channel(number()), argument()
  local run = read_entries({ channel = c, priority = priority, stream = c[priority] })
  if not READ_ELSEWHERE[run.outcome] then read_settlements(run) end
  return run
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
