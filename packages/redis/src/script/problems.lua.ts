/** Keeping what goes wrong with one channel from harming others. */
export const problems = /* lua */ `
-- What goes wrong with one channel is noted, the first of it, and harms no other.
local function note_problem(c, problem)
  c.problem = c.problem or message_of(problem)
end

local function try_on(c, act, ...)
  local ok, problem = attempt(act, ...)
  if not ok then note_problem(c, problem) end
  return ok
end
`;
