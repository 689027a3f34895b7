/** Reading arguments, and what else acts have in common. */
export const basics = /* lua */ `
local cursor = 0

local function argument()
  cursor = cursor + 1
  return ARGV[cursor]
end

local function number()
  return tonumber(argument())
end

-- The pending entry, as XPENDING gives it: id, consumer, idle time, deliveries. Nil where it is not in hand.
local function pending_entry(c, stream, entry)
  local pending = redis.pcall('XPENDING', stream, c.group, entry, entry, 1)
  return pending[1]
end

-- Redis 7 raises errors as tables, older ones as text.
local function message_of(problem)
  return type(problem) == 'table' and problem.err or tostring(problem)
end
`;
