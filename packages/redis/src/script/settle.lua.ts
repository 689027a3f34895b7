import { OWN_ARGS } from '@repid/core';

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
  local c, priority, indexed = s.run.channel, s.run.priority, is_indexed(s)
  local fields = with_headers(s.fields, s.headers)
  if s.delay > 0 then
    delay_entry(c, priority, s.id, indexed, fields, now() + s.delay)
  else
    add_entry(c, priority, s.id, indexed, fields)
  end
end

local outcomes = {
  ack = free_id,
  nack = function(s)
    dead_letter(s.run, s.entry, with_headers(s.fields, s.headers), s.reason)
    free_id(s)
  end,
  bury = function(s)
    dead_letter(s.run, s.entry, s.fields, s.reason)
    free_id(s)
  end,
  back = give_back,
}

-- Those whose ids are taken are left out.
local function add_followers(s)
  local free, seen = {}, {}
  for _, follower in ipairs(s.followers) do
    if not taken_by(follower, seen) then free[#free + 1] = follower end
  end
  put_messages(free)
end

-- What goes with the settlements of a run: letters, and of buckets the ttl in whole milliseconds or '' and the state, each after
-- a space.

local function read_rest(text)
  local letters, ttl, state = string.match(text, '^(%S*) ?(%S*) ?(%S*)$')
  local rest = { ttl = ttl, state = state, is_own = string.find(letters, '=', 1, true) }
  for letter in string.gmatch(letters, '%l') do rest[letter] = true end
  return rest
end

local function read_result(rest, job_id)
  local bucket = { id = rest.is_own and job_id or argument(), body = argument(), ttl = rest.ttl, state = rest.state }
  if rest.c then bucket.cause = argument() end
  if rest.n then bucket.name = argument() end
  return bucket
end

local function read_followers()
  local followers = {}
  for i = 1, number() do followers[i] = read_message() end
  return followers
end

-- Reads by outcome: ack: job id | nack: job id, headers, reason | bury: job id, reason | back: job id, headers, delay; then for
-- each letter of its run's rest what goes with it: 'a' the bucket of the job's result, where it is another than its id; 'p' the job's
-- own arguments; 'b' a bucket, that is its id, but with '=' where that is the job's id, its body, with 'c' the cause of its state, with 'n' the job's name; 'f' how many
-- followers, messages. With 'o' the job's own arguments are those that go by its id, with 'w' the job has waited for buckets.
local function read_settlement(run, entry)
  local outcome, rest = run.outcome, run.rest
  local s = { run = run, entry = entry, id = argument(), bucket = nil }
  if outcome ~= 'ack' then
    if outcome ~= 'bury' then s.headers = argument() end
    if outcome == 'back' then s.delay = number() else s.reason = argument() end
  end
  if rest.a then s.alias = argument() end
  if rest.p then s.args = argument() elseif rest.o then s.args = s.id .. '${OWN_ARGS}' end
  if rest.b then s.bucket = read_result(rest, s.id) end
  if rest.f then s.followers = read_followers() end
  return s
end

-- Raises an error before anything is written where something could not be. Acknowledgements of a run are alike.
local function check(s)
  local c, outcome = s.run.channel, s.run.outcome
  if s.id ~= '' then check_type(JOBS, 'hash') end
  if s.bucket then check_type(AWAITED, 'hash') end
  check_type(c[s.run.priority], 'stream')
  if outcome == 'nack' or outcome == 'bury' then check_type(c.dlq, 'stream') end
  if outcome == 'back' and s.delay > 0 then check_delayed(c) end
  if s.followers then check_messages(s.followers) end
end

-- The settled message's own id is free for its followers only once the outcome has freed it.
local function commit(s)
  local run = s.run
  local outcome = run.outcome
  if outcome ~= 'ack' then
    s.fields = entry_fields(run.stream, s.entry)
    if not s.fields then return LOST end
  end
  if outcome ~= 'ack' or s.followers or not run.is_checked then check(s) end
  run.is_checked = true
  if s.bucket then store_bucket(s.bucket) end
  outcomes[outcome](s)
  if s.args then discarded[#discarded + 1] = bucket_key(s.args) end
  if run.rest.w and s.id ~= '' then part('dependencies').leave(run.channel, s.id) end
  if s.followers then add_followers(s) end
  remove_entry(run, s.entry)
  return DONE
end

local function extend(run, entry)
  redis.call('XCLAIM', run.stream, run.channel.group, run.consumer, 0, entry, 'JUSTID')
  return DONE
end

-- The same, of one that has run alone for long enough not to be blamed any more.
local function acquit(run, entry)
  redis.call('XCLAIM', run.stream, run.channel.group, run.consumer, 0, entry, 'JUSTID', 'RETRYCOUNT', run.deliveries)
  return DONE
end

-- Raised errors are answers too.
local function try(act, ...)
  local ok, answer = attempt(act, ...)
  return ok and answer or message_of(answer)
end

local function settle(run, place)
  local entry = run.entries[place]
  if has_ended(run, entry) or not owns(run, entry) then return LOST end
  return try(commit, run.settlements[place])
end

local KEEPING = { extend = extend, acquit = acquit }

local function keep(run, place)
  local entry = run.entries[place]
  return owns(run, entry) and try(KEEPING[run.outcome], run, entry) or LOST
end

-- What all of them ask for is read at once.
local function read_settlements(run)
  local batches, bucket_ids, ids, settlements = {}, {}, {}, {}
  for place = 1, #run.entries do
    local s = read_settlement(run, run.entries[place])
    settlements[place] = s
    batches[#batches + 1] = s.followers
    if s.bucket then bucket_ids[#bucket_ids + 1] = s.bucket.id end
    if s.id ~= '' then ids[#ids + 1] = s.id end
  end
  run.settlements = settlements
  look_up(JOBS, ids)
  look_for_jobs(batches)
  look_who_waits(bucket_ids)
end

local READ_ELSEWHERE = { done = true, freed = true, spent = true, extend = true, acquit = true }

-- Reads a run, settlements alike in all but their entries: channel, priority, then as \`read_entries\`; then what goes with them.
local function read_run()
  local c, priority = channel(number()), argument()
  local run = read_entries({ channel = c, priority = priority, stream = c[priority] })
  if not READ_ELSEWHERE[run.outcome] then
    run.rest = read_rest(argument())
    read_settlements(run)
  end
  return run
end

local function act_of(outcome)
  if KEEPING[outcome] then return keep end
  if READ_ELSEWHERE[outcome] then return acknowledge end
  return settle
end

-- settle: how many runs, runs.
operations.settle = function()
  allow_growth()
  return settle_all(read_run, act_of)
end
`;
