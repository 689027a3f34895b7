-- cancel: ends a job before it has run to its end.
--
-- KEYS     as lib/keys says
-- ARGV     job id, the exception of its result or '' where none is to be stored
-- Returns  what was known of the job, as lib/inspect says, or nil
--
--- @include lib/args
--- @include lib/server
--- @include lib/inspect
--- @include lib/end_job

return carry_out(function()
  local id, exception = argument(), argument()
  allow_growth()
  local state, job = locate(id)
  if not state then return false end
  local found = inspect(state, job)
  end_job(state, job, found[4], exception)
  return found
end)
