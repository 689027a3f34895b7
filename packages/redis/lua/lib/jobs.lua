--- @include lib/keys
--- @include lib/location
--- @include lib/entries
--- @include lib/groups
--- @include lib/pending

-- Finds jobs.

-- The member of a delayed job in the sorted set. A bare message has an empty id.
local function delayed_member(job)
  return job.detail .. ':' .. job.id
end

local WAITING = { w = true, s = true, o = true }

local function state_at(job)
  local c, letter = job.channel, job.letter
  if WAITING[letter] then return value_of(ZSET, c.waiting, job.id) and 'waiting' end
  if letter == 'd' then return value_of(ZSET, c.delayed, delayed_member(job)) and 'delayed' end
  local stream, entry = c[letter], job.detail
  if pending_entry(c, stream, entry) then return 'running' end
  local found = redis.pcall('XRANGE', stream, entry, entry)
  return #found > 0 and is_after(entry, (last_delivered(c, stream))) and 'queued'
end

-- The job as `locate` returns it; nil if it is elsewhere, or if the id is ''.
local function job_at(id, c, letter, detail)
  return is_located(id, c, letter, detail) and { id = id, channel = c, letter = letter, detail = detail } or nil
end

-- Returns 'waiting', 'delayed', 'queued' or 'running', and the job: id, channel, and letter and detail of its location. Also finds a job by
-- the id of its result. Returns nil and forgets the location if it is wrong: somebody else may have trimmed the stream, or acknowledged the
-- entry without deleting it.
local function locate(id)
  local location = value_of(HASH, JOBS, id)
  if not location then return nil end
  local owner, state, job = owner_in(location), nil, nil
  if owner then
    if owner ~= id then state, job = locate(owner) end
  else
    local letter, detail, name = string.match(location, '^(%l)(.*)@([^@]+)$')
    if letter then job = { id = id, channel = channel_named(name), letter = letter, detail = detail } end
    state = job and state_at(job)
  end
  if state then return state, job end
  change(HASH, JOBS, id, false)
  return nil
end
