--- @include lib/dead_letters
--- @include lib/groups
--- @include lib/notify
--- @include lib/consumers

-- Shared by the commands that administer a channel. A call is about one channel, and begins with the arguments that lib/dead_letters reads.

local target = channel(1)

-- About how many items one call handles, and how many it reads at once.
local STEP, SMALL_STEP = 500, 50
