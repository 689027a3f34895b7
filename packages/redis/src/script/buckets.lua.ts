/** How a bucket is stored, and who is told. */
export const buckets = /* lua */ `
-- Tells who waits for the bucket that it is there. Waiters are 'client:<id>'; others may be added.
local function release(id)
  local key = KEYS[1] .. id .. ':waiters'
  local waiters = redis.call('SMEMBERS', key)
  if #waiters == 0 then return end
  for _, waiter in ipairs(waiters) do
    local client = string.match(waiter, '^client:(.*)$')
    if client then redis.call('PUBLISH', KEYS[2] .. client, id) end
  end
  redis.call('DEL', key)
end

local function store_bucket(bucket)
  local key = KEYS[1] .. bucket.id
  if bucket.ttl == '' then
    redis.call('SET', key, bucket.body)
  elseif tonumber(bucket.ttl) <= 0 then
    redis.call('DEL', key)
  else
    redis.call('SET', key, bucket.body, 'PX', bucket.ttl)
  end
  release(bucket.id)
end

local function clear_bucket(id)
  redis.call('DEL', KEYS[1] .. id)
end
`;
