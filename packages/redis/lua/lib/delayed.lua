--- @include lib/changes
--- @include lib/entries

-- Delayed messages as they are stored.

local DAMAGED, TOO_LARGE = TS.damagedReason, TS.tooLargeReason

local function fault_in(priority, fields)
  for _, field in ipairs(fields) do
    if type(field) ~= 'string' then return DAMAGED end
  end
  if #fields > MOST_VALUES then return TOO_LARGE end
  if priority ~= 'h' and priority ~= 'm' and priority ~= 'l' then return DAMAGED end
end

-- A delayed message: stamp, job id, fields, priority, has_id, and its fault: why it cannot be delivered, or nil. Nil if it does not exist.
local function find_delayed(c, member)
  local packed = redis.call('HGET', c.delayed_messages, member)
  if not packed then return nil end
  local stamp, id = string.match(member, '^(%d+):(.*)$')
  local ok, record = pcall(cmsgpack.unpack, packed)
  local priority, has_id, fields = unpack(ok and type(record) == 'table' and record or {})
  local is_list = type(fields) == 'table' and #fields > 0
  local m = { stamp = stamp or '', id = id or member, priority = priority, has_id = has_id == 1 }
  m.fault = not is_list and DAMAGED or fault_in(priority, fields)
  m.fields = m.fault == DAMAGED and { 'payload', packed } or fields
  return m
end

local function remove_delayed(c, member)
  change(HASH, c.delayed_messages, member, false)
  change(ZSET, c.delayed, member, false)
end
