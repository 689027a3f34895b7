/** Operations on single jobs. */
export const jobs = /* lua */ `
-- locate: job id. Returns where it is, its id and its channel, or nil.
operations.locate = function()
  require_master()
  local place, job = locate(argument())
  return place and { place, job.id, name_of(job.channel) } or false
end

-- waiters: bucket id. Returns the jobs that wait for it or have yet to read it, as '<channel>:<job id>'.
operations.waiters = function()
  require_master()
  return part('dependencies').waiters(argument())
end

local contents = {
  waiting = function(job)
    return part('dependencies').inspect(job.channel, job.id)
  end,
  delayed = function(job)
    return cmsgpack.unpack(value_of(HASH, job.channel.messages, delayed_member(job)))[3]
  end,
}

local function contents_of_entry(job)
  return entry_fields(job.channel[job.letter], job.detail) or {}
end

-- Where it is, its id and its channel, its fields, when it is due or -1, missing buckets and conditions in turn.
local function inspect(place, job)
  local c, id = job.channel, job.id
  local due = place == 'delayed' and tonumber(redis.call('ZSCORE', c.delayed, delayed_member(job))) or -1
  local fields, missing = (contents[place] or contents_of_entry)(job)
  return { place, id, name_of(c), fields, due, missing or {} }
end

-- inspect: job id. Returns what is known of it, as above; or nil.
operations.inspect = function()
  require_master()
  local place, job = locate(argument())
  return place and inspect(place, job) or false
end

-- cancel: job id, what its result is to say or '' where none is to be stored. Returns what was known of it, as above; or nil.
operations.cancel = function()
  local id, exception = argument(), argument()
  allow_growth()
  local place, job = locate(id)
  if not place then return false end
  local found = inspect(place, job)
  end_job(place, job, found[4], exception)
  return found
end
`;
