/** Publishing what is usual: plain messages, and jobs that wait for a single bucket which is not there, and nobody else waits for. */
export const publishUsual = /* lua */ `
-- KEYS[1]   how bucket keys begin         KEYS[2]   who waits for buckets         KEYS[3]   how channels' keys begin
-- KEYS[4]   where jobs are
-- ARGV[1]   how many messages             ARGV[2]   how many of them, one after the other, are published all or none
-- ARGV[3+]  messages, as the operation \`publish\` reads them
--
-- Answers the places, from 0, of the publications that it has left undone, since something needs a closer look: an id that may be
-- taken, a bucket that is there or that somebody waits for, a key that holds something else. All that Redis could refuse is looked at before
-- the first is written. It makes few functions and few tables, since that is what such a call would spend most of its time on.

local AWAITED, JOBS = KEYS[2], KEYS[4]
local count, together, first_at = tonumber(ARGV[1]), tonumber(ARGV[2]), 3
local unsure, answer = {}, {}

local function look_closer(n)
  local place = math.ceil(n / together)
  if unsure[place] then return end
  unsure[place] = true
  answer[#answer + 1] = place - 1
end

local function look_closer_at_all()
  for n = 1, count, together do look_closer(n) end
  return answer
end

local function holds_other_than(kind, key)
  local found = redis.call('TYPE', key).ok
  return found ~= kind and found ~= 'none'
end

-- \`names\` are those of fields, \`numbers\` of the messages that need there to be none.
local function look_closer_where_taken(key, names, numbers)
  local last = 0
  in_pages(names, function(...)
    local found = redis.call('HMGET', key, ...)
    for i = 1, #found do
      if found[i] then look_closer(numbers[last + i]) end
    end
    last = last + #found
  end)
end

local function write_all(command, key, values)
  in_pages(values, function(...) redis.call(command, key, ...) end)
end

local ids, numbers, seen, located = {}, {}, {}, {}
local awaited_ids, awaited_by, bucket_keys, is_awaited = {}, {}, {}, {}
local at = first_at

for n = 1, count do
  local shape = shape_of(ARGV[at])
  local c = shape.channel
  if shape.has_id then
    local id = ARGV[at + 1]
    if seen[id] then look_closer(n) end
    local next = #ids + 1
    seen[id], ids[next], numbers[next] = true, id, n
  end
  if shape.condition then
    local bucket_id = ARGV[at + 2]
    if is_awaited[bucket_id] then look_closer(n) end
    local next = #awaited_ids + 1
    c.has_waits = true
    is_awaited[bucket_id], awaited_ids[next], awaited_by[next] = true, bucket_id, n
    bucket_keys[next] = KEYS[1] .. bucket_id
  end
  at = at + shape.size
end

for _, c in pairs(channels) do
  if holds_other_than('stream', c.stream) then return look_closer_at_all() end
  if c.has_waits and holds_other_than('zset', c.waiting) then return look_closer_at_all() end
end
if #ids > 0 then
  if holds_other_than('hash', JOBS) then return look_closer_at_all() end
  look_closer_where_taken(JOBS, ids, numbers)
end
if #awaited_ids > 0 then
  if holds_other_than('hash', AWAITED) then return look_closer_at_all() end
  look_closer_where_taken(AWAITED, awaited_ids, awaited_by)
  local buckets_there = 0
  in_pages(bucket_keys, function(...) buckets_there = buckets_there + redis.call('EXISTS', ...) end)
  if buckets_there > 0 then return look_closer_at_all() end
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local awaited, awaited_count, fields = {}, 0, {}
local are_sure = #answer == 0
at = first_at

for n = 1, count do
  local shape = shape_of(ARGV[at])
  local after = at + shape.size
  if are_sure or not unsure[math.ceil(n / together)] then
    local c, names, id = shape.channel, shape.names, shape.has_id and ARGV[at + 1]
    local first = after - #names
    local location
    if shape.condition then
      local bucket_id, result = ARGV[at + 2], shape.result == 'r' and ARGV[at + 3] or ''
      awaited[awaited_count + 1] = bucket_id
      awaited[awaited_count + 2] = cmsgpack.pack({ c.name, id, shape.text, result, 0, unpack(ARGV, first, after - 1) })
      awaited_count = awaited_count + 2
      if not shape.deadline then
        shape.deadline = string.format('%.3f', now + shape.timeout)
        c.earliest = math.min(c.earliest, now + shape.timeout)
      end
      local deadlines = c.deadlines
      local next = #deadlines + 1
      deadlines[next], deadlines[next + 1] = shape.deadline, id
      location = 's' .. bucket_id .. '@' .. c.name
    else
      local last = 2 * #names
      for i = 1, #names do fields[2 * i - 1], fields[2 * i] = names[i], ARGV[first + i - 1] end
      if shape.has_id_field then fields[last + 1], fields[last + 2], last = 'id', id, last + 2 end
      location = 'm' .. redis.call('XADD', c.stream, '*', unpack(fields, 1, last)) .. '@' .. c.name
    end
    if id then
      local next = #located + 1
      located[next], located[next + 1] = id, location
    end
  end
  at = after
end

write_all('HSET', AWAITED, awaited)
write_all('HSET', JOBS, located)
for _, c in pairs(channels) do
  if #c.deadlines > 0 then
    local before = redis.call('ZRANGE', c.waiting, 0, 0, 'WITHSCORES')[2]
    write_all('ZADD', c.waiting, c.deadlines)
    if c.earliest < (tonumber(before) or math.huge) then
      redis.pcall('PUBLISH', c.control, 'due:' .. math.floor(c.earliest - now))
    end
  end
end
return answer
`;
