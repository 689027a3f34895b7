--- @include lib/keys
--- @include lib/changes

-- Empties channels in steps: the caller repeats a command until nothing is left. An item that cannot be removed does not stop the others.

local STEP = 500

local target, failure = channel(1), ''

-- Returns what the action returns: how many it has removed.
local function try_to_end(action, ...)
  local ok, answer = attempt(action, ...)
  if ok then return answer end
  if failure == '' then failure = message_of(answer) end
  return 0
end

-- A key of another type holds nothing to remove.
local function page_of(...)
  local page = redis.pcall(...)
  return page.err and {} or page
end
