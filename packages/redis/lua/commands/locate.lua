-- locate: finds a job.
--
-- KEYS     as lib/keys says
-- ARGV     job id
-- Returns  { state, job id, channel }, or nil
--
--- @include lib/args
--- @include lib/server
--- @include lib/jobs

return carry_out(function()
  require_master()
  local state, job = locate(argument())
  return state and { state, job.id, name_of(job.channel) } or false
end)
