--- @include lib/command

-- Commands about several streams.

-- Channel -> how many entries may still be taken.
local allowed = {}

-- Reads a stream: channel, priority, the most entries to take from the channel or -1.
local function read_stream(index)
  local c, priority, most = channel(number()), argument(), number()
  allowed[c] = allowed[c] or { left = most >= 0 and most or math.huge }
  return { index = index, channel = c, priority = priority, key = c[priority], group = c.group, of_channel = allowed[c] }
end
