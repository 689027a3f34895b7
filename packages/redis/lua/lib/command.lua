--- @include lib/args
--- @include lib/keys
--- @include lib/changes

-- Needed by most commands.

-- Returns the functions of lib/blocked_jobs. The first call creates them.
local blocked_jobs

-- Asks Redis whether it accepts writes, before anything is written. A full server refuses the first write of a script that may need
-- memory, and no later one. A server that is read-only, cannot save or has too few replicas refuses every write. After one of these
-- checks, no write is refused midway for such a reason.

-- For commands that add data. Raises an error on a full server.
local function require_growth()
  redis.call('SETRANGE', PROBE, 0, '')
end

-- For commands that remove data. A full server accepts them, because they leave less than they find.
local function allow_growth()
  redis.call('DEL', PROBE)
end

-- For reads. Raises an error on a replica, which may lag behind its master.
local require_master = allow_growth

-- A problem with one channel does not affect the others. The first problem of each channel is reported.

local function note_problem(c, problem)
  c.problem = c.problem or message_of(problem)
end

local function try_on(c, action, ...)
  local ok, problem = attempt(action, ...)
  if not ok then note_problem(c, problem) end
  return ok
end
