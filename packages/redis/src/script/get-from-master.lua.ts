/** Reading buckets where the server is the master. */
export const getFromMaster = /* lua */ `
-- KEYS[1]   never there: deleting it is refused by a replica       KEYS[2+]   buckets
--
-- Returns the bodies of the buckets, or nil for one that is not there.

redis.call('DEL', KEYS[1])
local bodies = {}
for n = 2, #KEYS do bodies[n - 1] = redis.call('MGET', KEYS[n])[1] end
return bodies
`;
