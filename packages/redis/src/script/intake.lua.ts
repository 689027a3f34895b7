/** Taking messages from several streams at once. */
export const intake = /* lua */ `
-- take: consumer, quotas of high, medium and low, how many streams; each: channel, priority, in order of preference.
-- Answers { place of the stream, entries }, ...; where there is nothing, the last id of each stream instead, so that the
-- caller can block until there is more.
operations.take = function()
  local consumer = argument()
  local quota = { h = number(), m = number(), l = number() }
  local left = quota.h + quota.m + quota.l
  local streams, taken = {}, {}
  for n = 1, number() do
    local c, priority = channel(number()), argument()
    streams[n] = { key = c[priority], group = c.group, priority = priority }
  end

  local function read(place, count)
    local s = streams[place]
    if count <= 0 or s.dry then return 0 end
    local answer = redis.call('XREADGROUP', 'GROUP', s.group, consumer, 'COUNT', count, 'STREAMS', s.key, '>')
    local entries = answer and answer[1] and answer[1][2] or {}
    if #entries < count then s.dry = true end
    if #entries > 0 then taken[#taken + 1] = { place, entries } end
    left = left - #entries
    return #entries
  end

  for place, s in ipairs(streams) do quota[s.priority] = quota[s.priority] - read(place, quota[s.priority]) end
  for place in ipairs(streams) do read(place, left) end
  if #taken > 0 then return { 1, taken } end

  local last = {}
  for place, s in ipairs(streams) do last[place] = info_of(redis.call('XINFO', 'STREAM', s.key), 'last-generated-id') end
  return { 0, last }
end
`;
