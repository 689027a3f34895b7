import { MalformedMessageError } from '@repid/core';
import { encodeReason, reasonOf } from '../codec/reason.js';
import { LIMITS } from '../options/defaults.js';

const DAMAGED = new MalformedMessageError(
  'The record of a delayed message is damaged. It was moved to the dead letters.',
);

const TOO_LARGE = new MalformedMessageError(
  `A delayed message has more than ${LIMITS.entryFields} fields. It was moved to the dead letters.`,
);

/** Moving messages into their streams when they are due, and skipping jobs that have waited for too long. */
export const promotion = /* lua */ `
local DAMAGED, TOO_LARGE = [==[${encodeReason(reasonOf(DAMAGED, 0, 0))}]==], [==[${encodeReason(reasonOf(TOO_LARGE, 0, 0))}]==]

-- The fields of a delayed message, its priority, has it an id?, and why it can not be delivered, or nil.
local function unpack_delayed(packed)
  local ok, record = pcall(cmsgpack.unpack, packed)
  local priority, has_id, fields = unpack(ok and type(record) == 'table' and record or {})
  if type(fields) ~= 'table' or #fields == 0 then return { 'payload', packed }, 'm', false, DAMAGED end
  for _, field in ipairs(fields) do
    if type(field) ~= 'string' then return { 'payload', packed }, 'm', false, DAMAGED end
  end
  local is_known = priority == 'h' or priority == 'm' or priority == 'l'
  local fault = not is_known and DAMAGED or #fields > ${2 * LIMITS.entryFields} and TOO_LARGE or nil
  return fields, priority, has_id == 1, fault
end

local function bury_delayed(c, fields, fault)
  local reason = cjson.decode(fault)
  reason.at = now()
  check_type(c.dlq, 'stream')
  note_problem(c, reason.message)
  dead_letter({ channel = c, stream = c.m }, '0-0', fields, cjson.encode(reason))
end

local function promote_one(c, member)
  local packed = redis.call('HGET', c.messages, member)
  if not packed then return end
  local fields, priority, has_id, fault = unpack_delayed(packed)
  if fault then return bury_delayed(c, fields, fault) end
  check_type(c[priority], 'stream')
  if has_id then check_type(JOBS, 'hash') end
  add_entry(c, priority, member, has_id, fields)
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
