--- @include lib/dead_letters
--- @include lib/groups
--- @include lib/notify
--- @include lib/consumers

-- What the commands that administer a channel share. Their calls are about one channel, and begin with the arguments that
-- lib/dead_letters reads.

local target = channel(1)

-- A call handles about so many items, and reads so many at once.
local STEP, SMALL_STEP = 500, 50
