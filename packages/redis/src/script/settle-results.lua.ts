import { BESIDE_BUCKETS, OF_CONNECTION } from '../keys.js';
import { LIMITS } from '../options/defaults.js';

/** Acknowledging jobs whose results go by their own ids, and releasing those who wait for a single one of these. */
export const settleResults = /* lua */ `
-- KEYS[1]   how bucket keys begin         KEYS[2]   how clients' pub/sub channels begin    KEYS[3]   how channels' keys begin
-- KEYS[4]   where jobs are                KEYS[5+]  what runs name by its place
-- ARGV[1]   how many runs; each: the stream, its priority's letter, medium stream, waiting, group, channel, consumer,
--           deliveries, ttl in whole milliseconds or '', state of the results, how the ids of own arguments end or '' for none, the least and
--           the greatest of the entries, how many; entries, ids of jobs, results
--
-- Does what the operation \`settle\` does with them, and answers as it does, but leaves undone what it is not sure of: of that it
-- says -1. It makes few functions and few tables, since that is what such a call would spend most of its time on.

local JOBS, AWAITED, MOST_INPUT, UNSURE = KEYS[4], KEYS[3] .. '${BESIDE_BUCKETS.awaited}', ${LIMITS.inputSize}, -1
-- Refused where nothing can be written; and after it, no write is refused because the server is full.
redis.call('DEL', KEYS[3] .. '${OF_CONNECTION.probe}')

local may_have_clients = redis.call('EXISTS', KEYS[3] .. '${BESIDE_BUCKETS.anyClient}') == 1
local problems, before, at = {}, 0, 2

local function write_all(command, key, values)
  if #values > 0 then redis.call(command, key, unpack(values)) end
end

local function tell_clients(ids)
  for _, id in ipairs(ids) do
    local key = KEYS[3] .. '${BESIDE_BUCKETS.clients}' .. id
    local clients = redis.pcall('SMEMBERS', key)
    for _, client in ipairs(clients) do redis.pcall('PUBLISH', KEYS[2] .. client, id) end
    if #clients > 0 then redis.call('DEL', key) end
  end
end

-- Puts the job into its stream that waits for this bucket first, with it. Answers its id and entry; nothing where it is not sure.
local function release(first, bucket_id, body, state, name, medium)
  local values = cmsgpack.unpack(first)
  if type(values) ~= 'table' or values[NAME] ~= name or #body > MOST_INPUT then return nil end
  local shape, id = shape_of(values[SHAPE]), values[ID]
  local condition, names = shape.condition, shape.names
  local is_met = condition == 'settled' or state == (condition == 'success' and 'succeeded' or 'failed')
  if not is_met or shape.priority ~= 'm' or shape.timing ~= '' or shape.has_id_field or #names > 4 then return nil end
  local fields = { INPUT .. bucket_id, body, names[1], values[WHEN + 1], names[2], values[WHEN + 2] }
  for i = 3, #names do fields[2 * i + 1], fields[2 * i + 2] = names[i], values[WHEN + i] end
  local entry = redis.pcall('XADD', medium, '*', unpack(fields))
  if type(entry) == 'string' then return id, entry end
end

for _ = 1, tonumber(ARGV[1]) do
  local stream, letter, medium, waiting, group, name, consumer, deliveries, ttl, state, own_args, least, greatest, count =
    unpack(ARGV, at, at + 13)
  stream, medium, waiting = KEYS[tonumber(stream)], KEYS[tonumber(medium)], KEYS[tonumber(waiting)]
  local place = '@' .. name
  deliveries, count = tonumber(deliveries), tonumber(count)
  local entry_at = at + 13
  local id_at = entry_at + count
  local body_at = id_at + count
  at = body_at + count + 1

  local pending = redis.pcall('XPENDING', stream, group, least, greatest, 2 * count, consumer)
  local locations = redis.pcall('HMGET', JOBS, unpack(ARGV, id_at + 1, id_at + count))
  local awaited = redis.pcall('HMGET', AWAITED, unpack(ARGV, id_at + 1, id_at + count))
  local waiting_kind = redis.call('TYPE', waiting).ok
  local is_usual = not (pending.err or locations.err or awaited.err) and (waiting_kind == 'zset' or waiting_kind == 'none')

  local counts = {}
  if is_usual then for i = 1, #pending do counts[pending[i][1]] = pending[i][4] end end

  local ended, freed, spent, stored, told, released, placed, ends, frees, releases = {}, {}, {}, {}, {}, {}, {}, 0, 0, 0
  for i = 1, count do
    local entry, id, body = ARGV[entry_at + i], ARGV[id_at + i], ARGV[body_at + i]
    local is_ours = counts[entry] == deliveries
    local is_located = is_ours and locations[i] == letter .. entry .. place
    local first = is_ours and awaited[i]
    local job, job_entry
    if first and is_located then job, job_entry = release(first, id, body, state, name, medium) end
    if not is_ours or (first and not job) then
      problems[#problems + 1] = { before + i - 1, UNSURE }
    else
      counts[entry] = nil
      if ttl == '' then redis.call('SET', KEYS[1] .. id, body) else redis.call('SET', KEYS[1] .. id, body, 'PX', ttl) end
      ends = ends + 1
      ended[ends], stored[ends] = entry, id
      if own_args ~= '' then spent[ends] = KEYS[1] .. id .. own_args end
      if is_located then
        frees = frees + 1
        freed[frees] = id
      end
      if job then
        releases = releases + 1
        told[releases], released[releases], placed[2 * releases - 1], placed[2 * releases] = id, job, job, 'm' .. job_entry .. place
      end
    end
  end

  if ends > 0 then
    redis.call('XACK', stream, group, unpack(ended))
    redis.call('XDEL', stream, unpack(ended))
  end
  if #spent > 0 then redis.call('DEL', unpack(spent)) end
  write_all('HDEL', JOBS, freed)
  write_all('HDEL', AWAITED, told)
  write_all('ZREM', waiting, released)
  write_all('HSET', JOBS, placed)
  if may_have_clients then tell_clients(stored) end
  before = before + count
end

return problems
`;
