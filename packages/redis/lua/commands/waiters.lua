-- waiters: lists the jobs that wait for a bucket or have yet to read it.
--
-- ARGV     bucket id
-- Returns  '<channel>:<job id>', ...
--
--- @include lib/command
--- @include lib/blocked_jobs

return carry_out(function()
  require_master()
  return blocked_jobs().waiters(argument())
end)
