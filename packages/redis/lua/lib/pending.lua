-- A pending entry as XPENDING returns it: id, consumer, idle time, deliveries. Nil if it is not pending.
local function pending_entry(c, stream, entry)
  local pending = redis.pcall('XPENDING', stream, c.group, entry, entry, 1)
  return pending[1]
end
