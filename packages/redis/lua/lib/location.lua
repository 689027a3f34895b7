--- @include lib/changes

-- The hash of all jobs maps a job id to a location: a letter, a detail, '@' and the name of the channel, which holds no '@'.
--   h, m, l  queued or running in the stream of that priority; the detail is the entry id
--   d        delayed; the detail is the stamp of its delay
--   w        waiting for several buckets
--   s, o     waiting for one bucket, as the first (s) or a later one (o) of its waiters; the detail is the bucket id
-- If the result of a job goes to a bucket with another id, that id maps to '>' and the job id.

local function location_at(c, letter, detail)
  local name = name_of(c)
  --- @include lib/inline/location
  return location
end

local function is_located(id, c, letter, detail)
  return id ~= '' and value_of(HASH, JOBS, id) == location_at(c, letter, detail)
end

-- The value for the id of a result that is not the job id.
local function alias_of(id)
  return '>' .. id
end

-- The job whose result goes to this id; nil if the value is a location.
local function owner_in(value)
  return string.byte(value) == 62 and string.sub(value, 2) or nil
end

-- Frees the job id, and the id of its result if that is another.
local function forget_job(id, result)
  change(HASH, JOBS, id, false)
  if result and result ~= id and value_of(HASH, JOBS, result) == alias_of(id) then change(HASH, JOBS, result, false) end
end
