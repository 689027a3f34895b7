-- read_buckets: reads buckets from the master. A replica refuses it.
--
-- KEYS[1]   a key that never exists: a replica refuses to delete it
-- KEYS[2+]  buckets
-- Returns   the bodies, nil for a bucket that does not exist

redis.call('DEL', KEYS[1])
local bodies = {}
for n = 2, #KEYS do bodies[n - 1] = redis.call('MGET', KEYS[n])[1] end
return bodies
