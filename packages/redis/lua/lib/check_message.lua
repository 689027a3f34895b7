--- @include lib/buckets
--- @include lib/check_target

-- Checks the keys of messages before anything is written.

-- True for a message that waits for buckets.
local function has_waits(m)
  return m.waits or m.bucket_id
end

-- Checks the keys of messages that wait for buckets.
local function check_waiting(c)
  check_type(c.waiting, 'zset')
  check_type(c.waiting_messages, 'hash')
  check_type(AWAITED, 'hash')
end

local function check_message(m)
  local c = m.channel
  check_target(c, m.priority, m.id ~= '', m.timing)
  if m.clears or m.buckets then check_type(AWAITED, 'hash') end
  if has_waits(m) then check_waiting(c) end
end

-- Checks the keys that differ from message to message.
local function check_waits(m)
  if m.waits then
    blocked_jobs().check_record(m)
    for _, wait in ipairs(m.waits.on) do check_type(waiters_key(wait.id), 'set') end
  elseif m.bucket_id then
    check_type(waiters_key(m.bucket_id), 'set')
  end
end

-- Messages of one shape go to the same keys.
local checked_shapes = {}

local function check_messages(batch)
  for _, m in ipairs(batch) do
    if not checked_shapes[m.shape] then
      check_message(m)
      checked_shapes[m.shape] = true
    end
    check_waits(m)
  end
end
