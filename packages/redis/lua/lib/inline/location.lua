-- The value of a job in the hash of all jobs.
-- Reads the locals `letter`, `detail` and `name` (of the channel). Declares `location`.
local location = letter .. detail .. '@' .. name
