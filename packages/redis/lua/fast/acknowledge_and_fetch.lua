-- acknowledge_and_fetch: commits one plain acknowledgement and takes the next entries of the stream, for messages that come one by one.
--
-- Falls back to  nothing: commands/settle and XREADGROUP do the same in two calls
-- Acts if        a consumer of one stream has one settlement to send, a plain acknowledgement of an entry of that stream
-- Gains          draining jobs at concurrency 1: 46 % more jobs
--
-- KEYS[1]   stream      KEYS[2]   the hash of all jobs, if the message is a job      KEYS[3]   its own arguments, if it has some
-- ARGV[1]   group       ARGV[2]   consumer
-- ARGV[3]   the entry, and ARGV[4] how often it was delivered
-- ARGV[5]   how many entries to take at most
-- ARGV[6]   the job's id, ARGV[7] the letter of its priority, and ARGV[8] its channel
-- Returns   1 if it was committed, 0 if ownership was lost, or what went wrong; then the id and the fields of each entry taken
--
-- It creates no function: calls this small spend most of their time on that. It does not block. An error of the read shows in the next
-- read, which follows if no entry was taken.

local stream, jobs, group, consumer, entry = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local least, greatest, entry_count = entry, entry, 1
local reply = { 1 }

--- @include lib/inline/fence
local known = jobs and redis.pcall('HGET', jobs, ARGV[6])
if counts[entry] ~= tonumber(ARGV[4]) then
  reply[1] = 0
elseif type(known) == 'table' then
  reply[1] = known.err
else
  redis.call('XACK', stream, group, entry)
  redis.call('XDEL', stream, entry)
  if jobs then
    local letter, detail, name = ARGV[7], entry, ARGV[8]
    --- @include lib/inline/location
    if known == location then redis.call('HDEL', jobs, ARGV[6]) end
  end
  if KEYS[3] then redis.call('DEL', KEYS[3]) end
end

local taken = redis.pcall('XREADGROUP', 'GROUP', group, consumer, 'COUNT', ARGV[5], 'STREAMS', stream, '>')
local entries = taken and taken[1] and taken[1][2] or {}
for i = 1, #entries do reply[2 * i], reply[2 * i + 1] = entries[i][1], entries[i][2] end
return reply
