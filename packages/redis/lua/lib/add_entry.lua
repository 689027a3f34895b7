--- @include lib/keys
--- @include lib/location
--- @include lib/groups
--- @include lib/due

-- Adds messages to streams and to the delayed messages of channels.

local REPLIES = START .. TS.replyChannels
local REPLIES_TTL = 60 * 60 * 1000

-- The client that sent a request may be gone before the reply comes. Nothing else would remove its reply channel.
local function expire_replies(c, stream)
  if c.is_for_replies == nil then c.is_for_replies = string.sub(c.m, 1, #REPLIES) == REPLIES end
  if c.is_for_replies then redis.call('PEXPIRE', stream, REPLIES_TTL) end
end

-- High and low priority are rare. Their streams are created by the first message, and consumers are told to look for them.
local function ensure_stream(c, priority)
  if redis.call('EXISTS', c[priority]) == 0 then
    open_stream(c, c[priority])
    notify(c.control, 'look')
  end
end

local function add_entry(c, priority, id, indexed, fields)
  if priority ~= 'm' then ensure_stream(c, priority) end
  local entry = redis.call('XADD', c[priority], '*', unpack(fields))
  if c.is_for_replies ~= false then expire_replies(c, c[priority]) end
  if indexed then change(HASH, JOBS, id, location_at(c, priority, entry)) end
end

-- Sorted set -> its first score when this call began, or an earlier score that the call has added. Removed members do no harm: consumers
-- know of them, too.
local firsts = {}

local last_score, last_text

-- Many messages of a call have the same time.
local function text_of(score)
  if score ~= last_score then last_score, last_text = score, string.format('%.0f', score) end
  return last_text
end

local function schedule(c, zset, member, score)
  local before = firsts[zset] or first_of(zset)
  change(ZSET, zset, member, text_of(score))
  firsts[zset] = math.min(before, score)
  notify_due(c, score, before)
end

local delayed_count = 0

-- 20 digits: microseconds, then how many messages this call has delayed before. Messages that are due at the same time keep this order.
local function next_stamp()
  local stamp = string.format('%.0f%04d', microseconds() + math.floor(delayed_count / 10000), delayed_count % 10000)
  delayed_count = delayed_count + 1
  return stamp
end

local function delay_entry(c, priority, id, indexed, fields, due)
  local stamp = next_stamp()
  local member = stamp .. ':' .. (indexed and id or '')
  change(HASH, c.delayed_messages, member, cmsgpack.pack({ priority, indexed and 1 or 0, fields }))
  if indexed then change(HASH, JOBS, id, location_at(c, 'd', stamp)) end
  schedule(c, c.delayed, member, due)
end
