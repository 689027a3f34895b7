-- inspect: returns what is known of a job.
--
-- KEYS     as lib/keys says
-- ARGV     job id
-- Returns  as lib/inspect says, or nil
--
--- @include lib/args
--- @include lib/server
--- @include lib/inspect

return carry_out(function()
  require_master()
  local state, job = locate(argument())
  return state and inspect(state, job) or false
end)
