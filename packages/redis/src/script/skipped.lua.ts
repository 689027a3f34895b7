/** How jobs that wait in vain end, and how they are brought back. */
export const skipped = /* lua */ `
-- As JSON.stringify writes it, which leaves slashes as they are.
local function json_text(text)
  return (string.gsub(cjson.encode(text), '\\\\/', '/'))
end

local function member(name, text)
  return text and ',"' .. name .. '":' .. json_text(text) or ''
end

-- Stores the result of a job that was not run to its end, as core's codec writes it. \`names\` are those of the job; \`mark\` is 'skipped', 'cancelled'
-- or nothing, and \`cause\` what those learn who wait for it.
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

operations.store_cancelled = function(id, ttl, exception, names)
  store_unrun(id, ttl, names, 'cancelled', exception, cause_of_failure(id, names.name, exception))
end

operations.store_failed = function(id, ttl, exception, names)
  store_unrun(id, ttl, names, nil, exception, cause_of_failure(id, names.name, exception))
end

-- To live at least so long, in milliseconds as JSON.
local function live_on(key, ttl, is_new)
  local left = redis.call('PTTL', key)
  if ttl == 'null' then
    redis.call('PERSIST', key)
  elseif is_new or (left >= 0 and left < tonumber(ttl)) then
    redis.call('PEXPIRE', key, math.ceil(ttl))
  end
end

-- Its arguments are kept as long.
local function keep_arguments(args, ttl)
  if not args then return end
  if ttl == '' then redis.call('DEL', bucket_key(args)) else live_on(bucket_key(args), ttl, true) end
end

-- Keeps a job that is skipped, what its record holds in the order of KEPT, with the bucket because of which it is.
local function keep(job, values, bucket_id)
  local ttl, fields = values[5], {}
  if ttl ~= 'null' and tonumber(ttl) <= 0 then return end
  check_type(skipped_record_of(job), 'hash')
  check_type(skipped_key(bucket_id), 'set')
  for i, name in ipairs(KEPT) do
    fields[#fields + 1] = name
    fields[#fields + 1] = values[i]
  end
  redis.call('HSET', skipped_record_of(job), unpack(fields))
  live_on(skipped_record_of(job), ttl, true)
  local set = skipped_key(bucket_id)
  local is_new = redis.call('EXISTS', set) == 0
  redis.call('SADD', set, member_of(job))
  live_on(set, ttl, is_new)
end

-- Ends a job that waits no more without running it. What has succeeded is not replayed: nothing is to be kept for that.
local function end_broken(job, m, broken)
  local values, names = kept_of(m), names_of(m.fields)
  local result, ttl = values[4], values[5]
  forget_job(job.id, result)
  local is_kept = result ~= '' and broken.state ~= 'succeeded' and attempt(keep, job, values, broken.id)
  keep_arguments(names.args, is_kept and ttl or '')
  if result == '' then return end
  store_unrun(result, ttl, names, 'skipped', broken_reason(broken), cause_of_skip(broken))
end

local function unpark(job)
  local c = job.channel
  check_type(JOBS, 'hash')
  check_type(c.waiting, 'zset')
  check_type(c.waiting_messages, 'hash')
  check_type(AWAITED, 'hash')
  leave(job)
  change(ZSET, c.waiting, job.id, false)
end


local function skip_broken(job, broken)
  local m = find_waiting(job)
  unpark(job)
  end_broken(job, m, broken)
end

-- The job has waited for too long, unless another that was skipped for this has just released it.
operations.skip_late = function(c, id)
  if not value_of(ZSET, c.waiting, id) then return end
  local job = job_on(c, id)
  local m = find_waiting(job)
  local reason = m and late_reason(missing_of(job, m), m.waits.timeout)
  unpark(job)
  forget_job(job.id, m and m.waits.result)
  if not m then return end
  local names = names_of(m.fields)
  keep_arguments(names.args, '')
  if m.waits.result ~= '' then store_unrun(m.waits.result, m.waits.ttl, names, 'skipped', reason, reason) end
end

-- The bucket that says that the job was skipped; nil where it is kept no more, or has run since.
local function result_of_skipped(job)
  local result = redis.call('HGET', skipped_record_of(job), 'result')
  return result and state_in(begin_reading(result, BEGINNING)) == 'skipped' and result or nil
end

-- Takes out one that was skipped; nil where it is not to be brought back.
local function take_skipped(member)
  local job = job_named(member)
  if not result_of_skipped(job) then return nil end
  local m = unpack_kept(job, redis.call('HMGET', skipped_record_of(job), unpack(KEPT)))
  redis.call('DEL', skipped_record_of(job))
  return m
end

-- True where somebody has yet to read the bucket, or the result of a job that was skipped because of it, to the end of the graph.
operations.is_read_below = function(bucket_id)
  local bucket_ids, is_known = { bucket_id }, { [bucket_id] = true }
  for _, id in ipairs(bucket_ids) do
    if is_held(id) then return true end
    for _, member in ipairs(redis.call('SMEMBERS', skipped_key(id))) do
      local result = result_of_skipped(job_named(member))
      if result and not is_known[result] then
        bucket_ids[#bucket_ids + 1], is_known[result] = result, true
      end
    end
  end
  return false
end

-- Takes buckets away, and has what was skipped because of them wait again, to the end of the graph.
operations.revive = function(bucket_ids)
  local revived = {}
  for _, bucket_id in ipairs(bucket_ids) do
    redis.call('DEL', bucket_key(bucket_id))
    for _, member in ipairs(redis.call('SMEMBERS', skipped_key(bucket_id))) do
      local m = take_skipped(member)
      revived[#revived + 1] = m
      if m then bucket_ids[#bucket_ids + 1] = m.waits.result end
    end
    redis.call('DEL', skipped_key(bucket_id))
  end
  for _, m in ipairs(revived) do
    m.alias = m.waits.result ~= '' and m.waits.result ~= m.id and m.waits.result or nil
    if not taken_by(m, {}) then
      if m.alias then change(HASH, JOBS, m.alias, '>' .. m.id) end
      local args = names_of(m.fields).args
      if args then redis.call('PERSIST', bucket_key(args)) end
      operations.wait(m)
    end
  end
end
`;
