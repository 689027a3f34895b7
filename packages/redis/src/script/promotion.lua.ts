import { LIMITS } from '../options/defaults.js';

/** Moving messages into their streams when they are due, and skipping jobs that have waited for too long. */
export const promotion = /* lua */ `
-- What can't be delivered goes to the dead letters, and its id is free.
local function bury_delayed(c, m)
  local reason, job = cjson.decode(m.fault), job_of_delayed(c, m)
  reason.at = now()
  check_type(c.dlq, 'stream')
  note_problem(c, reason.message)
  dead_letter({ channel = c, stream = c.m }, '0-0', m.fields, cjson.encode(reason))
  if job then
    part('dependencies').leave(c, job.id)
    forget_job(job.id, names_of(m.fields).result)
  end
end

local function promote_one(c, member)
  local m = find_delayed(c, member)
  if not m then return end
  if m.fault then return bury_delayed(c, m) end
  check_type(c[m.priority], 'stream')
  if m.has_id then check_type(JOBS, 'hash') end
  add_entry(c, m.priority, m.id, m.has_id, m.fields)
end

-- Moves what is due into its stream; what its stream refuses holds nothing else up.
local function promote(c, limit)
  check_type(c.delayed, 'zset')
  check_type(c.messages, 'hash')
  local due = redis.call('ZRANGEBYSCORE', c.delayed, '-inf', '(' .. (now() + 1), 'LIMIT', 0, limit)
  local promoted = {}
  for _, member in ipairs(due) do
    if try_on(c, promote_one, c, member) then
      promoted[#promoted + 1] = member
    else
      redis.call('ZADD', c.delayed, now() + ${LIMITS.refusedDelay}, member)
    end
  end
  if #promoted > 0 then
    redis.call('ZREM', c.delayed, unpack(promoted))
    redis.call('HDEL', c.messages, unpack(promoted))
  end
end

local function skip_late(c, limit)
  check_type(c.waiting, 'zset')
  local late = redis.call('ZRANGEBYSCORE', c.waiting, '-inf', now(), 'LIMIT', 0, limit)
  for _, id in ipairs(late) do
    if not try_on(c, part('dependencies').skip_late, c, id) then
      change(ZSET, c.waiting, id, string.format('%.0f', now() + ${LIMITS.refusedDelay}))
    end
  end
end
`;
