import { BESIDE_BUCKETS } from '../keys.js';

/** How a bucket is stored, and who is told. */
export const buckets = /* lua */ `
local function bucket_key(id)
  return KEYS[1] .. id
end

-- Jobs that wait for the bucket or have yet to read it. While there are any, it does not expire.
local function waiters_key(id)
  return KEYS[3] .. '${BESIDE_BUCKETS.waiters}' .. id
end

local function clients_key(id)
  return KEYS[3] .. '${BESIDE_BUCKETS.clients}' .. id
end

-- Jobs that were skipped because of the bucket.
local function skipped_key(id)
  return KEYS[3] .. '${BESIDE_BUCKETS.skipped}' .. id
end

local function write_bucket(bucket, lasting)
  local key = bucket_key(bucket.id)
  if lasting or bucket.ttl == '' then
    redis.call('SET', key, bucket.body)
  elseif tonumber(bucket.ttl) <= 0 then
    redis.call('DEL', key)
  else
    redis.call('SET', key, bucket.body, 'PX', bucket.ttl)
  end
end

local function tell_clients(id)
  local key = clients_key(id)
  for _, client in ipairs(redis.call('SMEMBERS', key)) do tell(KEYS[2] .. client, id) end
  redis.call('DEL', key)
end

-- Buckets that nobody waits for, as far as it is known: no job, no client.
local without = { jobs = {}, clients = {} }

local function is_any_there(keys)
  local count = 0
  in_pages(keys, function(...) count = count + redis.call('EXISTS', ...) end)
  return count > 0
end

-- Looks for many buckets at once: mostly there is nobody, or no client.
local function look_who_waits(ids)
  local keys, of_clients = {}, {}
  for i, id in ipairs(ids) do
    of_clients[i] = clients_key(id)
    keys[2 * i - 1], keys[2 * i] = waiters_key(id), of_clients[i]
  end
  local is_anybody = is_any_there(keys)
  local is_client = is_anybody and is_any_there(of_clients)
  for _, id in ipairs(ids) do without.jobs[id], without.clients[id] = not is_anybody, not is_client end
end

-- Buckets that are known not to be there.
local absent = {}

-- Buckets that a job which waited for them has left in this call.
local left = {}

-- A bucket: id, body, ttl in whole milliseconds or '', state (succeeded, failed, skipped), cause or ''.
local function store_bucket(bucket)
  local id = bucket.id
  local members = without.jobs[id] and {} or redis.call('SMEMBERS', waiters_key(id))
  write_bucket(bucket, #members > 0)
  absent[id], left[id] = nil, nil
  if not without.clients[id] then tell_clients(id) end
  if #members > 0 then part('dependencies').tell(bucket, members) end
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
