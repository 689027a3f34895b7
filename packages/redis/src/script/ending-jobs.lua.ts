/** Ending jobs that are to be run no more, wherever they are. */
export const endingJobs = /* lua */ `
local end_at = {
  waiting = function(job)
    change(ZSET, job.channel.waiting, job.id, false)
  end,
  delayed = function(job)
    change(HASH, job.channel.messages, delayed_member(job), false)
    change(ZSET, job.channel.delayed, delayed_member(job), false)
  end,
  queued = function(job)
    redis.call('XDEL', job.channel[job.letter], job.detail)
  end,
  running = function(job)
    local c, stream = job.channel, job.channel[job.letter]
    local pending = pending_entry(c, stream, job.detail)
    redis.call('XACK', stream, c.group, job.detail)
    redis.call('XDEL', stream, job.detail)
    if pending then tell(c.control, 'cancel:' .. pending[2] .. ':' .. job.id) end
  end,
}

-- Ends a job: where it is, the job as \`locate\` tells them, its fields, and what its result says, or '' where it is not to be told. Its worker, if it
-- has one, has lost it. What could be refused is looked at first.
local function end_job(place, job, fields, exception)
  local names = names_of(fields)
  check_type(AWAITED, 'hash')
  part('dependencies').leave(job.channel, job.id)
  end_at[place](job)
  forget_job(job.id, names.result)
  if names.args then redis.call('DEL', bucket_key(names.args)) end
  if exception ~= '' and names.result then part('dependencies').store_cancelled(names.result, names.ttl, exception, names) end
end
`;
