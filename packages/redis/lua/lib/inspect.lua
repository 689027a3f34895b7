--- @include lib/jobs
--- @include lib/blocked_jobs

local contents = {
  waiting = function(job)
    return blocked_jobs().inspect(job.channel, job.id)
  end,
  delayed = function(job)
    return cmsgpack.unpack(value_of(HASH, job.channel.delayed_messages, delayed_member(job)))[3]
  end,
}

local function contents_of_entry(job)
  return entry_fields(job.channel[job.letter], job.detail) or {}
end

-- Returns { state, id, channel, fields, when it is due or -1, missing buckets each followed by its condition }.
local function inspect(state, job)
  local c, id = job.channel, job.id
  local due = state == 'delayed' and tonumber(redis.call('ZSCORE', c.delayed, delayed_member(job))) or -1
  local fields, missing = (contents[state] or contents_of_entry)(job)
  return { state, id, name_of(c), fields, due, missing or {} }
end
