-- Skips jobs whose waits cannot be met, and brings them back.

-- As JSON.stringify writes it: slashes are not escaped.
local function json_text(text)
  return (string.gsub(cjson.encode(text), '\\/', '/'))
end

local function member(name, text)
  return text and ',"' .. name .. '":' .. json_text(text) or ''
end

-- Stores the result of a job that did not run to its end, as core's codec writes it. `names` are those of the job. `mark` is 'skipped',
-- 'cancelled' or nil. `cause` is what dependents are told.
local function store_unrun(id, ttl, names, mark, exception, cause)
  local at, skipped = string.format('%.0f', now()), mark == 'skipped'
  local body = '{"success":false' .. (skipped and ',"skipped":true' or '') .. ',"ttl":' .. ttl .. ',"timestamp":' .. at
    .. member('exception', exception) .. (mark == 'cancelled' and ',"cancelled":true' or '')
    .. member('jobName', names.name) .. member('nonce', names.nonce)
    .. ',"startedAt":' .. at .. ',"finishedAt":' .. at .. ',"data":null}'
  store_bucket({
    id = id, body = body, ttl = ttl == 'null' and '' or string.format('%.0f', math.ceil(ttl)),
    state = skipped and 'skipped' or 'failed', cause = cause, name = names.name,
  })
end

-- Stores the result of a job that was cancelled or given up, if it has one.
exports.store_failure = function(names, mark, exception)
  local id = names.result
  if id then store_unrun(id, names.ttl, names, mark, exception, cause_of_failure(id, names.name, exception)) end
end

-- Makes the key live at least as long as the ttl, which is JSON.
local function extend_ttl(key, ttl, is_new)
  local left_ms = redis.call('PTTL', key)
  if ttl == 'null' then
    redis.call('PERSIST', key)
  elseif is_new or (left_ms >= 0 and left_ms < tonumber(ttl)) then
    redis.call('PEXPIRE', key, math.ceil(ttl))
  end
end

-- Keeps the own arguments of a job for the ttl, or deletes them if the ttl is ''.
local function keep_arguments(args, ttl)
  if not args then return end
  if ttl == '' then redis.call('DEL', bucket_key(args)) else extend_ttl(bucket_key(args), ttl, true) end
end

-- Keeps the record of a skipped job for a replay of the bucket that it was skipped for.
local function keep_skipped(job, m, bucket_id)
  local ttl = m.waits.ttl
  if ttl ~= 'null' and tonumber(ttl) <= 0 then return end
  check_type(skipped_record_of(job), 'hash')
  check_type(skipped_key(bucket_id), 'set')
  redis.call('HSET', skipped_record_of(job), unpack(kept_of(m)))
  extend_ttl(skipped_record_of(job), ttl, true)
  local set = skipped_key(bucket_id)
  local is_new = redis.call('EXISTS', set) == 0
  redis.call('SADD', set, member_of(job))
  extend_ttl(set, ttl, is_new)
end

-- Ends an unblocked job without running it. Its arguments are kept for a replay, or deleted.
local function end_skipped(job, m, is_kept, reason, cause)
  local names, result, ttl = names_of(m.fields), m.waits.result, m.waits.ttl
  forget_job(job.id, result)
  keep_arguments(names.args, is_kept and ttl or '')
  if result ~= '' then store_unrun(result, ttl, names, 'skipped', reason, cause) end
end

-- A bucket that has succeeded is never replayed, so nothing is kept for it.
local function end_broken(job, m, broken)
  local is_kept = m.waits.result ~= '' and broken.state ~= 'succeeded' and attempt(keep_skipped, job, m, broken.id)
  end_skipped(job, m, is_kept, broken_reason(broken), cause_of_skip(broken))
end

local function unblock(job)
  check_type(JOBS, 'hash')
  check_waiting(job.channel)
  leave(job)
  change(ZSET, job.channel.waiting, job.id, false)
end

local function skip_broken(job, broken)
  local m = find_waiting(job)
  unblock(job)
  end_broken(job, m, broken)
end

-- The job has waited too long, unless it was released a moment ago by another job that was skipped for the same reason.
exports.skip_late = function(c, id)
  if not value_of(ZSET, c.waiting, id) then return end
  local job = job_on(c, id)
  local m = find_waiting(job)
  local reason = m and late_reason(missing_of(job, m), m.waits.timeout)
  unblock(job)
  if m then end_skipped(job, m, false, reason, reason) else forget_job(job.id) end
end

-- The bucket with the result of a skipped job; nil if the job's record has expired, or if the job has run since.
local function result_of_skipped(job)
  local result = redis.call('HGET', skipped_record_of(job), 'result')
  return result and state_in(begin_reading(result, BEGINNING)) == 'skipped' and result or nil
end

-- Removes the record of a skipped job and returns its message; nil if it is not to be brought back.
local function take_skipped(skipped)
  local job = job_named(skipped)
  if not result_of_skipped(job) then return nil end
  local m = unpack_kept(job, redis.call('HMGET', skipped_record_of(job), unpack(KEPT)))
  redis.call('DEL', skipped_record_of(job))
  return m
end

-- True if a job has yet to read the bucket, or the result of a job that was skipped because of it, down to the end of the graph.
exports.is_held_below = function(bucket_id)
  local bucket_ids, is_known = { bucket_id }, { [bucket_id] = true }
  for _, id in ipairs(bucket_ids) do
    if is_held(id) then return true end
    for _, skipped in ipairs(redis.call('SMEMBERS', skipped_key(id))) do
      local result = result_of_skipped(job_named(skipped))
      if result and not is_known[result] then bucket_ids[#bucket_ids + 1], is_known[result] = result, true end
    end
  end
  return false
end

-- Deletes buckets and has the jobs that were skipped because of them wait again, down to the end of the graph.
exports.revive = function(bucket_ids)
  local revived = {}
  for _, bucket_id in ipairs(bucket_ids) do
    redis.call('DEL', bucket_key(bucket_id))
    for _, skipped in ipairs(redis.call('SMEMBERS', skipped_key(bucket_id))) do
      local m = take_skipped(skipped)
      revived[#revived + 1] = m
      if m then bucket_ids[#bucket_ids + 1] = m.waits.result end
    end
    redis.call('DEL', skipped_key(bucket_id))
  end
  for _, m in ipairs(revived) do
    m.alias = m.waits.result ~= '' and m.waits.result ~= m.id and m.waits.result or nil
    if not taken_by(m, {}) then
      if m.alias then change(HASH, JOBS, m.alias, alias_of(m.id)) end
      local args = names_of(m.fields).args
      if args then redis.call('PERSIST', bucket_key(args)) end
      exports.block(m)
    end
  end
end
