--- @include lib/start
--- @include lib/notify

-- Stores buckets and notifies clients that wait for them. Nothing here knows of jobs.

-- Exists while any client waits for any bucket.
local ANY_CLIENT = START .. TS.anyClient

local function clients_key(id)
  return START .. TS.clients .. id
end

-- A ttl is a whole number of milliseconds, or '' for none.
local function write_bucket(id, body, ttl)
  local key = bucket_key(id)
  if ttl == '' then
    redis.call('SET', key, body)
  elseif tonumber(ttl) > 0 then
    redis.call('SET', key, body, 'PX', ttl)
  else
    redis.call('DEL', key)
  end
end

-- Ignores a key of another type: clients also poll.
local function notify_clients(id)
  local key = clients_key(id)
  local clients = redis.pcall('SMEMBERS', key)
  for _, client in ipairs(clients) do notify(START .. TS.client .. client, id) end
  if #clients > 0 then redis.call('DEL', key) end
end

local any_client

local function may_have_clients()
  if any_client == nil then any_client = redis.call('EXISTS', ANY_CLIENT) == 1 end
  return any_client
end
