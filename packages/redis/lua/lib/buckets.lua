--- @include lib/keys
--- @include lib/changes
--- @include lib/bucket_store

-- Stores buckets and releases or skips the jobs that wait for them. Both are atomic.

-- The values in AWAITED: '+' if the bucket has a set of waiters; then the first job that waits for this bucket alone, packed as
-- lib/blocked_layout says.
local PLUS = string.byte('+')

-- Set: the other jobs that wait for the bucket or have yet to read it. While it exists, the bucket does not expire.
local function waiters_key(id)
  return START .. TS.waiters .. id
end

-- Set: jobs that were skipped because of the bucket.
local function skipped_key(id)
  return START .. TS.skippedFor .. id
end

-- True if the bucket is small enough to be put into the message of a job that waits for it alone.
local function can_inline(body)
  return #body <= TS.inlinedResultSize
end

-- Buckets that are known to have no clients.
local without_clients = {}

local function keys_of(ids, key_of)
  local keys = {}
  for i = 1, #ids do keys[i] = key_of(ids[i]) end
  return keys
end

-- True if any of the ids has a key.
local function any_exists(ids, key_of)
  local count = 0
  in_pages(keys_of(ids, key_of), function(...) count = count + redis.call('EXISTS', ...) end)
  return count > 0
end

-- Looks up the waiters of many buckets at once. Most have none, or one job that waits for this bucket alone.
local function look_up_waiters(ids)
  look_up(AWAITED, ids)
  if not may_have_clients() or any_exists(ids, clients_key) then return end
  for _, id in ipairs(ids) do without_clients[id] = true end
end

-- Buckets that are known to be missing.
local missing_buckets = {}

-- Buckets that a job has left in this call, after it had waited for them.
local left = {}

-- The ttl of buckets that were stored in this call.
local ttls = {}

local NONE = {}

local function has_set(awaited)
  return string.byte(awaited) == PLUS
end

-- The first job that waits for the bucket alone, packed; nil if there is none.
local function first_in(awaited)
  if not has_set(awaited) then return awaited ~= '' and awaited or nil end
  return #awaited > 1 and string.sub(awaited, 2) or nil
end

-- The set of waiters is gone.
local function forget_set(bucket_id)
  local awaited = value_of(HASH, AWAITED, bucket_id) or ''
  if has_set(awaited) then change(HASH, AWAITED, bucket_id, first_in(awaited) or false) end
end

-- The first job that waits for the bucket alone, or nil; the members of its set of waiters.
local function waiters_of(id)
  local awaited = value_of(HASH, AWAITED, id)
  if not awaited then return nil, NONE end
  if not has_set(awaited) then return awaited, NONE end
  local members = redis.pcall('SMEMBERS', waiters_key(id))
  if members.err then redis.log(redis.LOG_WARNING, 'repid: waiters of "' .. id .. '" are not released: ' .. members.err) end
  return first_in(awaited), members
end

-- A bucket: id, body, ttl in whole milliseconds or '', state ('succeeded', 'failed', 'skipped'), cause or nil, name of the job or nil.
local function store_bucket(bucket)
  local id, body, ttl = bucket.id, bucket.body, bucket.ttl
  local first, members = waiters_of(id)
  local is_to_be_read = #members > 0 or (first and not can_inline(body))
  write_bucket(id, body, is_to_be_read and '' or ttl)
  ttls[id] = ttl
  if missing_buckets[id] then missing_buckets[id] = nil end
  if left[id] then
    left[id] = nil
    if #members == 0 then forget_set(id) end
  end
  if may_have_clients() and not without_clients[id] then notify_clients(id) end
  if first or #members > 0 then blocked_jobs().release(bucket, first, members) end
end

local function store_buckets(buckets)
  local ids = {}
  for i, bucket in ipairs(buckets) do ids[i] = bucket.id end
  look_up_waiters(ids)
  for _, bucket in ipairs(buckets) do store_bucket(bucket) end
end

-- True if the bucket exists and a job that waited for it has yet to read it.
local function is_held(id)
  return redis.call('EXISTS', bucket_key(id), waiters_key(id)) == 2
end

-- Deletes the bodies only. Jobs that wait for these buckets go on waiting.
local function clear_buckets(ids)
  in_pages(keys_of(ids, bucket_key), function(...) redis.call('DEL', ...) end)
end
