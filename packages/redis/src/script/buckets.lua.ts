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

-- A bucket: id, body, ttl in whole milliseconds or '', state (succeeded, failed, skipped), cause or ''.
local function store_bucket(bucket)
  local waiters = waiters_key(bucket.id)
  local keys = redis.call('EXISTS', waiters, clients_key(bucket.id))
  if keys == 0 then return write_bucket(bucket, false) end
  local members = redis.call('SMEMBERS', waiters)
  write_bucket(bucket, #members > 0)
  if keys == 2 or #members == 0 then tell_clients(bucket.id) end
  if #members > 0 then part('dependencies').tell(bucket, members) end
end

local function store_buckets(buckets)
  for _, bucket in ipairs(buckets) do store_bucket(bucket) end
end

-- True where it is there, and somebody has waited for it and has yet to read it.
local function is_held(id)
  return redis.call('EXISTS', bucket_key(id), waiters_key(id)) == 2
end

-- Only what lies there: who waits for the bucket goes on to wait.
local function clear_buckets(ids)
  for _, id in ipairs(ids) do redis.call('DEL', bucket_key(id)) end
end
`;
