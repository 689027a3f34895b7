-- store_buckets: stores buckets and releases or skips the jobs that wait for them.
--
-- ARGV     buckets, as lib/read_message reads them
-- Returns  1
--
--- @include lib/read_message
--- @include lib/buckets
--- @include lib/check_target
--- @include lib/blocked_jobs

return carry_out(function()
  require_growth()
  local _, buckets = read_buckets()
  check_type(AWAITED, 'hash')
  store_buckets(buckets)
  return 1
end)
