import { BESIDE_BUCKETS } from '../keys.js';
import { LIMITS } from '../options/defaults.js';

/** How a bucket is stored, and who is told. */
export const buckets = /* lua */ `
local function bucket_key(id)
  return KEYS[1] .. id
end

-- Who waits for buckets, by their ids: '+' where there is anybody among the bucket's waiters, then the first job that waits for it
-- alone, packed: see single waits.
local AWAITED = KEYS[3] .. '${BESIDE_BUCKETS.awaited}'
local PLUS = string.byte('+')

-- All others that wait for the bucket or have yet to read it. While there are any, it does not expire.
local function waiters_key(id)
  return KEYS[3] .. '${BESIDE_BUCKETS.waiters}' .. id
end

local function clients_key(id)
  return KEYS[3] .. '${BESIDE_BUCKETS.clients}' .. id
end

-- There for as long as any client waits for any bucket.
local ANY_CLIENT = KEYS[3] .. '${BESIDE_BUCKETS.anyClient}'

-- Jobs that were skipped because of the bucket.
local function skipped_key(id)
  return KEYS[3] .. '${BESIDE_BUCKETS.skipped}' .. id
end

-- True where the bucket comes along with the message of a job that waited for it alone.
local function fits_in(body)
  return #body <= ${LIMITS.inputSize}
end

local function write_bucket(bucket, lasting)
  local key, ttl = bucket_key(bucket.id), bucket.ttl
  if lasting or ttl == '' then
    redis.call('SET', key, bucket.body)
  elseif tonumber(ttl) > 0 then
    redis.call('SET', key, bucket.body, 'PX', ttl)
  else
    redis.call('DEL', key)
  end
end

-- Something else at this key is left aside: clients look again by themselves.
local function tell_clients(id)
  local key = clients_key(id)
  for _, client in ipairs(redis.pcall('SMEMBERS', key)) do tell(KEYS[2] .. client, id) end
  redis.call('DEL', key)
end

local is_any_client

local function may_have_clients()
  if is_any_client == nil then is_any_client = redis.call('EXISTS', ANY_CLIENT) == 1 end
  return is_any_client
end

-- Buckets that no client waits for, as far as it is known.
local without_clients = {}

local function is_any_there(keys)
  local count = 0
  in_pages(keys, function(...) count = count + redis.call('EXISTS', ...) end)
  return count > 0
end

-- Looks for many buckets at once: mostly there is nobody, or one job that waits for it alone.
local function look_who_waits(ids)
  look_up(AWAITED, ids)
  if not may_have_clients() then return end
  local keys = {}
  for i, id in ipairs(ids) do keys[i] = clients_key(id) end
  if is_any_there(keys) then return end
  for _, id in ipairs(ids) do without_clients[id] = true end
end

-- Buckets that are known not to be there.
local absent = {}

-- Buckets that a job which waited for them has left in this call.
local left = {}

-- For how long buckets are to be kept from then on, as far as it is known: whole milliseconds, or ''.
local ttls = {}

local NOBODY = {}

local function has_others(awaited)
  return string.byte(awaited) == PLUS
end

-- The first who waits alone, packed; nil where there is none.
local function first_in(awaited)
  if not has_others(awaited) then return awaited ~= '' and awaited or nil end
  return #awaited > 1 and string.sub(awaited, 2) or nil
end

-- Of who waits for the bucket there is nobody left but the first who waits for it alone.
local function forget_others(bucket_id)
  local awaited = value_of(HASH, AWAITED, bucket_id) or ''
  if has_others(awaited) then change(HASH, AWAITED, bucket_id, first_in(awaited) or false) end
end

-- The first who waits for the bucket alone, or nil; all others.
local function who_waits_for(id)
  local awaited = value_of(HASH, AWAITED, id)
  if not awaited then return nil, NOBODY end
  if string.byte(awaited) ~= PLUS then return awaited, NOBODY end
  local members = redis.pcall('SMEMBERS', waiters_key(id))
  if members.err then redis.log(redis.LOG_WARNING, 'repid: who waits for "' .. id .. '" is not told: ' .. members.err) end
  return first_in(awaited), members
end

-- A bucket: id, body, ttl in whole milliseconds or '', state (succeeded, failed, skipped), cause or nothing.
local function store_bucket(bucket)
  local id = bucket.id
  local first, members = who_waits_for(id)
  local lasting = #members > 0 or (first and not fits_in(bucket.body))
  write_bucket(bucket, lasting)
  ttls[id] = bucket.ttl
  if absent[id] then absent[id] = nil end
  if left[id] then
    left[id] = nil
    if #members == 0 then forget_others(id) end
  end
  if may_have_clients() and not without_clients[id] then tell_clients(id) end
  if first or #members > 0 then part('dependencies').tell(bucket, first, members) end
end

local function store_buckets(buckets)
  local ids = {}
  for i, bucket in ipairs(buckets) do ids[i] = bucket.id end
  look_who_waits(ids)
  for _, bucket in ipairs(buckets) do store_bucket(bucket) end
end

-- True where it is there, and somebody has waited for it and has yet to read it.
local function is_held(id)
  return redis.call('EXISTS', bucket_key(id), waiters_key(id)) == 2
end

-- Only what lies there: who waits for the bucket goes on to wait.
local function clear_buckets(ids)
  local keys = {}
  for i, id in ipairs(ids) do keys[i] = bucket_key(id) end
  in_pages(keys, function(...) redis.call('DEL', ...) end)
end
`;
