/** Operations of producers. */
export const publish = /* lua */ `
-- The first id of a batch that is taken, or stands in it twice; its place in the batch, from 1.
local function first_duplicate(batch)
  local seen = {}
  for place, m in ipairs(batch) do
    if not is_first(m, seen) then return place end
  end
end

local function add_batch(batch)
  local duplicate = first_duplicate(batch)
  if duplicate then return duplicate end
  check_messages(batch)
  put_messages(batch)
end

-- publish: as \`publish_batches\`. What went wrong may be the place in its batch of the message whose id is taken.
operations.publish = function()
  return publish_batches(read_message, add_batch)
end

-- store: buckets, as in a message.
operations.store = function()
  local _, buckets = read_buckets()
  store_buckets(buckets)
  return 1
end

-- wait: bucket id, client id, milliseconds to remember it. Answers the body, or registers the client and answers nil.
operations.wait = function()
  local id, client, ttl = argument(), argument(), number()
  local body = redis.call('GET', bucket_key(id))
  if body then return body end
  local key = clients_key(id)
  redis.call('SADD', key, client)
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
  if redis.call('PTTL', ANY_CLIENT) < ttl then redis.call('SET', ANY_CLIENT, '1', 'PX', ttl) end
  return false
end
`;
