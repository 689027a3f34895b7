-- wait_for_bucket: returns a bucket, or registers a client that is notified when the bucket is stored.
--
-- ARGV     bucket id, client id, for how many milliseconds the client is remembered
-- Returns  the body, or nil
--
--- @include lib/command
--- @include lib/bucket_store

return carry_out(function()
  local id, client, ttl = argument(), argument(), number()
  local body = redis.call('GET', bucket_key(id))
  if body then return body end
  local key = clients_key(id)
  redis.call('SADD', key, client)
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
  if redis.call('PTTL', ANY_CLIENT) < ttl then redis.call('SET', ANY_CLIENT, '1', 'PX', ttl) end
  return false
end)
