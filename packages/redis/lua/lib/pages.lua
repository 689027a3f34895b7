-- Passes long lists to commands. Lua's unpack() accepts only a few thousand values, so lists are cut into pages.
-- The size is even, because some lists hold pairs.

local PAGE = 1000

local function in_pages(values, write)
  for first = 1, #values, PAGE do write(unpack(values, first, math.min(first + PAGE - 1, #values))) end
end

-- Runs the command on the key with all values.
local function write_all(command, key, values)
  for first = 1, #values, PAGE do redis.call(command, key, unpack(values, first, math.min(first + PAGE - 1, #values))) end
end
