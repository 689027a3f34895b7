--- @include lib/args
--- @include lib/end_entry
--- @include lib/pending

-- Settlements come in batches that are alike in all but their entries.

local function delivery_counts(batch)
  local stream, group, consumer = batch.stream, batch.channel.group, batch.consumer
  local least, greatest, entry_count = batch.least, batch.greatest, #batch.entries
  --- @include lib/inline/fence
  return counts
end

local function delivery_count(batch, entry)
  local pending = pending_entry(batch.channel, batch.stream, entry)
  return pending and pending[2] == batch.consumer and pending[4] % TS.suspectMark
end

-- See lib/inline/fence.
local function owns(batch, entry)
  return (batch.counts[entry] or delivery_count(batch, entry)) == batch.deliveries
end

local NOT_OWNED, DONE = 0, 1

-- Plain acknowledgements: they store and publish nothing. That of a job frees the job's id. 'ack-job-args' also deletes its own arguments.
local PLAIN_ACKS = { ['ack-message'] = true, ['ack-job'] = true, ['ack-job-args'] = true }

-- Reads the part of a batch that follows its stream: consumer, deliveries, outcome, least and greatest entry, how many, entries. For plain
-- acknowledgements of jobs the job ids follow.
local function read_entries(batch)
  batch.consumer, batch.deliveries, batch.outcome = argument(), number(), argument()
  batch.least, batch.greatest, batch.entries = argument(), argument(), {}
  for i = 1, number() do batch.entries[i] = argument() end
  batch.counts = delivery_counts(batch)
  if PLAIN_ACKS[batch.outcome] and batch.outcome ~= 'ack-message' then
    batch.ids = {}
    for i = 1, #batch.entries do batch.ids[i] = argument() end
    look_up(JOBS, batch.ids)
  end
  return batch
end

local function acknowledge(batch, entry, index)
  local id = batch.ids and batch.ids[index]
  if has_ended(batch, entry) then return NOT_OWNED end
  if id then
    local ok, problem = attempt(free_id, { batch = batch, entry = entry, id = id })
    if not ok then return message_of(problem) end
    if batch.outcome == 'ack-job-args' then discarded[#discarded + 1] = bucket_key(id .. TS.ownArgs) end
  end
  remove_entry(batch, entry)
  return DONE
end

-- Reads how many batches there are, and each by `read_batch`. Settles the entries that are still owned. Returns a pair for each settlement
-- that was not committed: its index among all, from 0; and 0 if ownership was lost, or what went wrong.
local function settle_all(read_batch, action_for)
  local replies, before = {}, 0
  for _ = 1, number() do
    local batch = read_batch()
    local action = action_for(batch.outcome)
    for index = 1, #batch.entries do
      local entry = batch.entries[index]
      local reply = owns(batch, entry) and action(batch, entry, index) or NOT_OWNED
      if reply ~= DONE then replies[#replies + 1] = { before + index - 1, reply } end
    end
    before = before + #batch.entries
  end
  remove_entries()
  return replies
end
