/** Publishing chains: plain messages, and jobs that wait for a single bucket which is not there, and nobody else waits for. */
export const publishChains = /* lua */ `
-- KEYS[1]   how bucket keys begin         KEYS[2]   who waits for buckets         KEYS[3]   how channels' keys begin
-- ARGV[1]   how many messages; then messages, as the operation \`publish\` reads them
--
-- Answers 1 where it has done what that does, or 0 where it has done nothing, since something needs a closer look. It makes
-- few functions and few tables, since that is what such a call would spend most of its time on.

local AWAITED = KEYS[2]

local function holds_other_than(kind, key)
  local found = redis.call('TYPE', key).ok
  return found ~= kind and found ~= 'none'
end

local function has_any_of(key, names)
  local has_any = false
  in_pages(names, function(...)
    local found = redis.call('HMGET', key, ...)
    for i = 1, #found do has_any = has_any or found[i] end
  end)
  return has_any
end

local function write_all(command, key, values)
  in_pages(values, function(...) redis.call(command, key, ...) end)
end

-- The shape of each message, and where it begins among the arguments.
local shapes_of, places, count, at = {}, {}, tonumber(ARGV[1]), 2
local awaited_ids, bucket_keys, is_awaited = {}, {}, {}

for n = 1, count do
  local shape = shape_of(ARGV[at])
  local c = shape.channel
  shapes_of[n], places[n] = shape, at
  if shape.has_id then
    local id = ARGV[at + 1]
    if c.seen[id] then return 0 end
    c.seen[id] = true
    c.ids[#c.ids + 1] = id
  end
  if shape.condition then
    local bucket_id = ARGV[at + 2]
    if is_awaited[bucket_id] then return 0 end
    is_awaited[bucket_id] = true
    awaited_ids[#awaited_ids + 1] = bucket_id
    bucket_keys[#bucket_keys + 1] = KEYS[1] .. bucket_id
  end
  at = at + shape.size
end

for _, c in pairs(channels) do
  if holds_other_than('stream', c.stream) or holds_other_than('hash', c.index) or holds_other_than('zset', c.waiting) then
    return 0
  end
  if has_any_of(c.index, c.ids) then return 0 end
end
if holds_other_than('hash', AWAITED) or has_any_of(AWAITED, awaited_ids) then return 0 end
local buckets_there = 0
in_pages(bucket_keys, function(...) buckets_there = buckets_there + redis.call('EXISTS', ...) end)
if buckets_there > 0 then return 0 end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local awaited, awaited_count = {}, 0

for n = 1, count do
  local shape, at = shapes_of[n], places[n]
  local c, names, id = shape.channel, shape.names, shape.has_id and ARGV[at + 1]
  local last = at + shape.size - 1
  local first = last - #names + 1
  local location
  if shape.condition then
    local bucket_id, result = ARGV[at + 2], shape.result == 'r' and ARGV[at + 3] or ''
    awaited[awaited_count + 1] = bucket_id
    awaited[awaited_count + 2] = cmsgpack.pack({ c.name, id, shape.text, result, 0, unpack(ARGV, first, last) })
    awaited_count = awaited_count + 2
    if not shape.deadline then
      shape.deadline = string.format('%.3f', now + shape.timeout)
      c.earliest = math.min(c.earliest, now + shape.timeout)
    end
    local deadlines = c.deadlines
    local next = #deadlines + 1
    deadlines[next], deadlines[next + 1] = shape.deadline, id
    location = 's' .. bucket_id
  else
    local fields = {}
    for i = 1, #names do fields[2 * i - 1], fields[2 * i] = names[i], ARGV[first + i - 1] end
    if shape.has_id_field then fields[#fields + 1], fields[#fields + 2] = 'id', id end
    location = 'm' .. redis.call('XADD', c.stream, '*', unpack(fields))
  end
  if id then
    local located = c.located
    local next = #located + 1
    located[next], located[next + 1] = id, location
  end
end

write_all('HSET', AWAITED, awaited)
for _, c in pairs(channels) do
  write_all('HSET', c.index, c.located)
  if #c.deadlines > 0 then
    local before = redis.call('ZRANGE', c.waiting, 0, 0, 'WITHSCORES')[2]
    write_all('ZADD', c.waiting, c.deadlines)
    if c.earliest < (tonumber(before) or math.huge) then
      redis.pcall('PUBLISH', c.control, 'due:' .. math.floor(c.earliest - now))
    end
  end
end
return 1
`;
