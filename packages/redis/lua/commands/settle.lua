-- settle: commits settlements, and extends ownership.
--
-- ARGV     as lib/dead_letters says; how many batches; each: channel, priority, then as `read_entries` says; then, if the outcome is
--          'ack', 'nack', 'dead-letter' or 'requeue': flags as `read_flags` says, and a settlement for each entry
-- Returns  for each settlement that was not committed: its index from 0, and 0 if ownership was lost, or what went wrong
--
--- @include lib/dead_letters
--- @include lib/read_message
--- @include lib/put_message
--- @include lib/taken_ids
--- @include lib/blocked_jobs
--- @include lib/settling

local function with_headers(fields, headers)
  local changed, has_headers = {}, false
  for i = 1, #fields, 2 do
    local name, value = fields[i], fields[i + 1]
    if name == 'headers' then value, has_headers = headers, true end
    if name ~= 'headers' or headers ~= '' then changed[#changed + 1], changed[#changed + 2] = name, value end
  end
  if not has_headers and headers ~= '' then append(changed, { 'headers', headers }) end
  return changed
end

local function requeue(s)
  local c, priority, indexed = s.batch.channel, s.batch.priority, is_at_entry(s)
  local fields = with_headers(s.fields, s.headers)
  if s.delay > 0 then
    delay_entry(c, priority, s.id, indexed, fields, now() + s.delay)
  else
    add_entry(c, priority, s.id, indexed, fields)
  end
end

-- A malformed message keeps its headers.
local function give_up(s)
  dead_letter(s.batch, s.entry, s.headers and with_headers(s.fields, s.headers) or s.fields, s.reason)
  free_id(s)
end

local outcomes = { ack = free_id, nack = give_up, ['dead-letter'] = give_up, requeue = requeue }

-- Followers whose ids are taken are left out.
local function add_followers(followers)
  local seen, free = {}, {}
  for _, follower in ipairs(followers) do
    if not taken_by(follower, seen) then free[#free + 1] = follower end
  end
  put_messages(free)
end

-- One letter for each part that the settlements of a batch come with. Then, each after a space: the ttl of their buckets in whole
-- milliseconds or '', and the state of their buckets.
--   a  the id of the job's result, if that is not the job id
--   p  the job's own arguments, to delete     o  the same, if their id follows from the job id
--   b  a bucket: its id, or nothing with '=' if that is the job id; its body; with c the cause of its state; with n the job's name
--   f  how many followers, messages           w  the job has waited for buckets, and leaves them
local function read_flags(text)
  local letters, ttl, state = string.match(text, '^(%S*) ?(%S*) ?(%S*)$')
  local flags = { ttl = ttl, state = state, is_own = string.find(letters, '=', 1, true) }
  for letter in string.gmatch(letters, '%l') do flags[letter] = true end
  return flags
end

local function read_result(flags, job_id)
  local bucket = { id = flags.is_own and job_id or argument(), body = argument(), ttl = flags.ttl, state = flags.state }
  if flags.c then bucket.cause = argument() end
  if flags.n then bucket.name = argument() end
  return bucket
end

-- Reads by outcome: ack: job id | nack: job id, headers, reason | dead-letter: job id, reason | requeue: job id, headers, delay. Then the
-- parts that the flags announce.
local function read_settlement(batch, entry)
  local outcome, flags = batch.outcome, batch.flags
  local s = { batch = batch, entry = entry, id = argument(), bucket = nil }
  if outcome ~= 'ack' then
    if outcome ~= 'dead-letter' then s.headers = argument() end
    if outcome == 'requeue' then s.delay = number() else s.reason = argument() end
  end
  if flags.a then s.alias = argument() end
  if flags.p then s.args = argument() elseif flags.o then s.args = s.id .. TS.ownArgs end
  if flags.b then s.bucket = read_result(flags, s.id) end
  if flags.f then s.followers = read_messages() end
  return s
end

-- Checks the keys that the settlement writes to, except those of its followers. Acknowledgements of a batch write to the same keys.
local function check_keys(s)
  local c, outcome = s.batch.channel, s.batch.outcome
  check_target(c, s.batch.priority, s.id ~= '', s.delay and s.delay > 0 and 'in' or '')
  if s.bucket then check_type(AWAITED, 'hash') end
  if outcome == 'nack' or outcome == 'dead-letter' then check_type(c.dead_letters, 'stream') end
end

-- The outcome frees the job's id before the followers are added: one of them may have the same id.
local function commit(batch, entry, index)
  local s, outcome = batch.settlements[index], batch.outcome
  if has_ended(batch, entry) then return NOT_OWNED end
  if outcome ~= 'ack' then
    s.fields = entry_fields(batch.stream, entry)
    if not s.fields then return NOT_OWNED end
  end
  if outcome ~= 'ack' or not batch.is_checked then check_keys(s) end
  batch.is_checked = true
  if s.followers then check_messages(s.followers) end
  if s.bucket then store_bucket(s.bucket) end
  outcomes[outcome](s)
  if s.args then discarded[#discarded + 1] = bucket_key(s.args) end
  if batch.flags.w and s.id ~= '' then blocked_jobs().leave(batch.channel, s.id) end
  if s.followers then add_followers(s.followers) end
  remove_entry(batch, entry)
  return DONE
end

-- By outcome of an extension: the new deliveries and marks of the entry; nil if they stay.
local EXTENDING = {
  extend = function() end,
  -- A suspect starts to run. May be repeated.
  start = function(batch, entry)
    local deliveries = pending_entry(batch.channel, batch.stream, entry)[4]
    --- @include lib/inline/given_alone
    return deliveries + (is_given_alone and TS.suspectMark or 0)
  end,
  -- It has run alone for long enough.
  unmark = function(batch) return batch.deliveries end,
}

local function extend(batch, entry)
  local deliveries = EXTENDING[batch.outcome](batch, entry)
  local counted = deliveries and { 'RETRYCOUNT', deliveries } or NONE
  redis.call('XCLAIM', batch.stream, batch.channel.group, batch.consumer, 0, entry, 'JUSTID', unpack(counted))
  return DONE
end

-- Looks up at once everything that the settlements need to know.
local function read_settlements(batch)
  local batches, bucket_ids, ids, settlements = {}, {}, {}, {}
  for index = 1, #batch.entries do
    local s = read_settlement(batch, batch.entries[index])
    settlements[index] = s
    batches[#batches + 1] = s.followers
    if s.bucket then bucket_ids[#bucket_ids + 1] = s.bucket.id end
    if s.id ~= '' then ids[#ids + 1] = s.id end
  end
  batch.settlements = settlements
  look_up(JOBS, ids)
  look_up_jobs(batches)
  look_up_waiters(bucket_ids)
end

local function read_batch()
  local c, priority = channel(number()), argument()
  local batch = read_entries({ channel = c, priority = priority, stream = c[priority] })
  if not (PLAIN_ACKS[batch.outcome] or EXTENDING[batch.outcome]) then
    batch.flags = read_flags(argument())
    read_settlements(batch)
  end
  return batch
end

local function action_for(outcome)
  if PLAIN_ACKS[outcome] then return acknowledge end
  local action = EXTENDING[outcome] and extend or commit
  return function(...)
    local ok, result = attempt(action, ...)
    return ok and result or message_of(result)
  end
end

return carry_out(function()
  allow_growth()
  return settle_all(read_batch, action_for)
end)
