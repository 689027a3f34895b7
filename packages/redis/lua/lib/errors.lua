-- Redis 7 raises errors as tables, older versions as strings.
local function message_of(problem)
  return type(problem) == 'table' and problem.err or tostring(problem)
end
