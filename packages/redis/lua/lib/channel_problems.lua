--- @include lib/changes

-- What goes wrong with one channel does not affect others. The first problem of each channel is reported.

local function note_problem(c, problem)
  c.problem = c.problem or message_of(problem)
end

local function try_on(c, action, ...)
  local ok, problem = attempt(action, ...)
  if not ok then note_problem(c, problem) end
  return ok
end
