-- fetch: takes entries from several streams. (One stream is read by XREADGROUP itself.)
--
-- ARGV     consumer; quotas of high, medium and low; how many streams, in order of preference; each as `read_stream` says, then the most
--          entries to take from it
-- Returns  1; { index of the stream, entries }, ...; for each stream what went wrong or ''. If no entries are found: 0; the last id of each
--          stream, or '' if it cannot be read, so that the caller can block until there is more; the same problems
--
--- @include lib/streams
--- @include lib/groups

return carry_out(function()
  local consumer = argument()
  local quota = { h = number(), m = number(), l = number() }
  local left = quota.h + quota.m + quota.l
  local streams, taken, problems = {}, {}, {}
  for index = 1, number() do
    streams[index], problems[index] = read_stream(index), ''
    streams[index].most = number()
  end

  local function read(s, wanted)
    local count = math.min(wanted, s.most, s.of_channel.left)
    if count <= 0 or s.is_empty then return 0 end
    local reply = redis.pcall('XREADGROUP', 'GROUP', s.group, consumer, 'COUNT', count, 'STREAMS', s.key, '>')
    if reply and reply.err then problems[s.index] = reply.err end
    local entries = reply and reply[1] and reply[1][2] or {}
    local found = #entries
    if found < count then s.is_empty = true end
    if found > 0 then taken[#taken + 1] = { s.index, entries } end
    left, s.most, s.of_channel.left = left - found, s.most - found, s.of_channel.left - found
    return found
  end

  for _, s in ipairs(streams) do quota[s.priority] = quota[s.priority] - read(s, quota[s.priority]) end
  for _, s in ipairs(streams) do read(s, left) end
  if #taken > 0 then return { 1, taken, problems } end

  local last = {}
  for index, s in ipairs(streams) do
    last[index] = problems[index] == '' and info_of(redis.call('XINFO', 'STREAM', s.key), 'last-generated-id') or ''
  end
  return { 0, last, problems }
end)
