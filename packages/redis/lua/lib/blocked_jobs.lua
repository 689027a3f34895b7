--- @include lib/check_message
--- @include lib/put_message
--- @include lib/taken_ids
--- @include lib/blocked_layout

-- Jobs that wait for buckets. The functions are created on first use: most calls do not need them, and creating a function costs time.

local made

blocked_jobs = function()
  if made then return made end
  made = {}
  local exports = made
  --- @include lib/blocked/record
  --- @include lib/blocked/compact
  --- @include lib/blocked/reasons
  --- @include lib/blocked/skip
  --- @include lib/blocked/release
  --- @include lib/blocked/block
  return exports
end
