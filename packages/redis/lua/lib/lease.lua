--- @include lib/pending

-- Whether a consumer still owns its deliveries. See lib/inline/fence.

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

local function owns(batch, entry)
  return (batch.counts[entry] or delivery_count(batch, entry)) == batch.deliveries
end
