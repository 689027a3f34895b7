/** Publishing one plain message: of medium priority, now, with nothing to go with it. */
export const publishOne = /* lua */ `
-- KEYS[1]   stream      KEYS[2]   where jobs are
-- ARGV[1]   the job's id, or nothing      ARGV[2]   '@' and the channel      ARGV[3+]  names and values of the entry's fields in turn
--
-- Answers as the script for what is usual does. It makes no function, since that is what calls of so little spend most of their time
-- on. What it leaves undone, also where something went wrong, needs a closer look.

local stream, jobs, id = KEYS[1], KEYS[2], ARGV[1]
local UNSURE = { 0 }

if id ~= '' and redis.pcall('HEXISTS', jobs, id) ~= 0 then return UNSURE end
local entry = redis.pcall('XADD', stream, '*', unpack(ARGV, 3))
if type(entry) ~= 'string' then return UNSURE end
if id ~= '' then redis.call('HSET', jobs, id, 'm' .. entry .. ARGV[2]) end
return {}
`;
