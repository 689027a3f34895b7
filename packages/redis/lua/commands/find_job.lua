-- find_job: locates a job, inspects it, or ends it before it has run to its end.
--
-- ARGV     job id; 'locate', 'inspect' or 'cancel'; for 'cancel' the exception of its result or '' to store no result
-- Returns  { state, job id, channel }, and unless it is only located: fields, when it is due or -1, missing buckets, each followed by its
--          condition. Nil if there is no such job
--
--- @include lib/command
--- @include lib/end_job

local function contents_of(state, job)
  if state == 'waiting' then return blocked_jobs().inspect(job.channel, job.id) end
  if state ~= 'delayed' then return entry_fields(job.channel[job.letter], job.detail) or {} end
  return cmsgpack.unpack(value_of(HASH, job.channel.delayed_messages, delayed_member(job)))[3]
end

return carry_out(function()
  local id, mode, exception = argument(), argument(), argument()
  require_master()
  local state, job = locate(id)
  if not state then return false end
  local reply, c = { state, job.id, name_of(job.channel) }, job.channel
  if mode == 'locate' then return reply end
  local due = state == 'delayed' and tonumber(redis.call('ZSCORE', c.delayed, delayed_member(job))) or -1
  local fields, missing = contents_of(state, job)
  if mode == 'cancel' then end_job(state, job, fields, exception) end
  append(reply, { fields, due, missing or {} })
  return reply
end)
