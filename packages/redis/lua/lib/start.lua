-- Names that do not depend on a channel. KEYS[1] is the start of every key, e.g. 'repid:'.

local START = KEYS[1]
local JOBS, PROBE = START .. TS.jobs, START .. TS.probe

-- Hash: bucket id -> its waiters, as lib/buckets says.
local AWAITED = START .. TS.awaited

local function bucket_key(id)
  return START .. TS.bucket .. id
end
