--- @include lib/jobs
--- @include lib/buckets

-- Whether the ids of a message are taken.

-- Looks up all jobs that the messages may collide with.
local function look_up_jobs(batches)
  local ids = {}
  for _, batch in ipairs(batches) do
    for _, m in ipairs(batch) do
      if m.id ~= '' then ids[#ids + 1] = m.id end
      if m.alias then ids[#ids + 1] = m.alias end
    end
  end
  look_up(JOBS, ids)
end

-- Why a job cannot have the id: { id, 'job', state, id and channel of the other job }. Nil if no job has it.
local function job_with(id)
  if not value_of(HASH, JOBS, id) then return nil end
  local state, job = locate(id)
  if state then return { id, 'job', state, job.id, name_of(job.channel) } end
end

local function kind_of_bucket(id)
  local beginning = redis.pcall('GETRANGE', bucket_key(id), 0, 10)
  if type(beginning) ~= 'string' or beginning == '' then return nil end
  return beginning == '{"success":' and 'result' or 'arguments'
end

-- Refuses to remove a result that is still to be read, or a bucket of arguments. Refuses arguments that would replace a result, now or
-- later.
local function bucket_conflict(m, seen)
  for _, id in ipairs(m.clears or NONE) do
    if is_held(id) then return { id, 'result-in-use' } end
    if kind_of_bucket(id) == 'arguments' then return { id, 'arguments' } end
  end
  for _, bucket in ipairs(m.buckets or NONE) do
    if bucket.is_named then
      if bucket.id == m.id or bucket.id == m.alias or seen[bucket.id] == 'id' then return { bucket.id, 'same-call' } end
      local taken = job_with(bucket.id)
      if taken then return taken end
      if kind_of_bucket(bucket.id) == 'result' then return { bucket.id, 'result' } end
    end
  end
end

-- Why a message cannot be published: as `job_with` returns it, or { id, what has it }. Nil if it can. `seen` holds the ids of earlier
-- messages of the call: 'id' for job ids, 'arguments' for buckets.
local function taken_by(m, seen)
  local id, alias = m.id, m.alias
  if id == '' then return nil end
  if seen[id] then return { id, 'same-call' } end
  if alias and seen[alias] then return { alias, 'same-call' } end
  local taken = job_with(id) or (alias and job_with(alias)) or bucket_conflict(m, seen)
  if taken then return taken end
  seen[id] = 'id'
  if alias then seen[alias] = 'id' end
  for _, bucket in ipairs(m.buckets or NONE) do
    if bucket.is_named then seen[bucket.id] = 'arguments' end
  end
end
