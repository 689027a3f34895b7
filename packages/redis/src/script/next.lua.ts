import { LIMITS } from '../options/defaults.js';

/** Acknowledging the one message that a consumer had in hand, with nothing to go with it, and taking what is next. */
export const next = /* lua */ `
-- KEYS[1]   stream      KEYS[2]   where jobs are, not there where the message is no job      KEYS[3]   its own arguments, where it has such
-- ARGV[1]   group       ARGV[2]   consumer
-- ARGV[3]   the entry, and ARGV[4] how often it was delivered
-- ARGV[5]   how many entries to take at most
-- ARGV[6]   the job's id, and ARGV[7] its location, as that hash has it
--
-- Does what the operation \`settle\` does with such a message. Answers 1 where it was done, 0 where ownership was lost, or what
-- went wrong; then of each entry that was taken its id and its fields. It makes no function,
-- since that is what calls of so little spend most of their time on. It does not wait for entries. What goes wrong with
-- the read shows in the one that follows where there are none.

local stream, jobs, group, consumer, entry = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local answer = { 1 }

local pending = redis.pcall('XPENDING', stream, group, entry, entry, 1, consumer)[1]
local location = jobs and redis.pcall('HGET', jobs, ARGV[6])
if not pending or pending[4] % ${LIMITS.aloneMark} ~= tonumber(ARGV[4]) then
  answer[1] = 0
elseif type(location) == 'table' then
  answer[1] = location.err
else
  redis.call('XACK', stream, group, entry)
  redis.call('XDEL', stream, entry)
  if location and location == ARGV[7] then redis.call('HDEL', jobs, ARGV[6]) end
  if KEYS[3] then redis.call('DEL', KEYS[3]) end
end

local taken = redis.pcall('XREADGROUP', 'GROUP', group, consumer, 'COUNT', ARGV[5], 'STREAMS', stream, '>')
local entries = taken and taken[1] and taken[1][2] or {}
for i = 1, #entries do answer[2 * i], answer[2 * i + 1] = entries[i][1], entries[i][2] end
return answer
`;
