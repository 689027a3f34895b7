--- @include lib/jobs
--- @include lib/delayed
--- @include lib/notify
--- @include lib/check_target
--- @include lib/blocked_jobs

-- Ends jobs before they have run to their end, wherever they are.

local remove_from = {
  waiting = function(job)
    change(ZSET, job.channel.waiting, job.id, false)
  end,
  delayed = function(job)
    remove_delayed(job.channel, delayed_member(job))
  end,
  queued = function(job)
    redis.call('XDEL', job.channel[job.letter], job.detail)
  end,
  running = function(job)
    local c, stream = job.channel, job.channel[job.letter]
    local pending = pending_entry(c, stream, job.detail)
    redis.call('XACK', stream, c.group, job.detail)
    redis.call('XDEL', stream, job.detail)
    if pending then notify(c.control, 'cancel:' .. pending[2] .. ':' .. job.id) end
  end,
}

-- Ends a job. `state` and `job` are what `locate` returns; `fields` are the job's. `exception` is that of its result, or '' to store no
-- result. A worker that runs the job loses it. Everything that Redis could refuse is checked first.
local function end_job(state, job, fields, exception)
  local names = names_of(fields)
  check_type(AWAITED, 'hash')
  blocked_jobs().leave(job.channel, job.id)
  remove_from[state](job)
  forget_job(job.id, names.result)
  if names.args then redis.call('DEL', bucket_key(names.args)) end
  if exception ~= '' then blocked_jobs().store_failure(names, 'cancelled', exception) end
end
