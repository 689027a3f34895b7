--- @include lib/start

-- Names of channels' keys. The only other place that makes names is src/keys.ts, which the TS constants come from.
--
-- KEYS[1]   the start of every key
-- KEYS[2+]  blocks of TS.channelKeyCount names, one block for each channel. Arguments refer to channels by number, from 1.

local PRIORITIES = { 'h', 'm', 'l' }
local channels, named = {}, {}

local function channel(n)
  local c = channels[n]
  if not c then
    local at = 1 + (n - 1) * TS.channelKeyCount
    c = { number = n, TS.passedChannelKeys }
    channels[n] = c
  end
  return c
end

-- A channel that the caller did not pass, e.g. that of a blocked job.
local function channel_named(name)
  local c = named[name]
  if not c then
    local start = START .. name
    c = { name = name, TS.namedChannelKeys }
    named[name] = c
  end
  return c
end

local function name_of(c)
  c.name = c.name or string.sub(c.m, #START + 1)
  return c.name
end
