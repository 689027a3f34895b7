-- Jobs that wait for buckets. The functions are created on first use, together with those that they need and the command does not include.
-- Most calls do not need them, and creating a function costs time.

local functions

blocked_jobs = function()
  if functions then return functions end
  functions = {}
  local exports = functions
  --- @include lib/check_message
  --- @include lib/put_message
  --- @include lib/taken_ids
  --- @include lib/blocked_layout
  --- @include lib/blocked/record
  --- @include lib/blocked/compact
  --- @include lib/blocked/reasons
  --- @include lib/blocked/skip
  --- @include lib/blocked/release
  --- @include lib/blocked/block
  return exports
end
