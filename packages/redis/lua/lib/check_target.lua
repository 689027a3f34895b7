--- @include lib/types

-- Checks the types of keys before anything is written, because a script that fails midway is not rolled back.

local checked = {}

local function wrong_type(key, found, expected)
  return 'WRONGTYPE ' .. key .. ' holds a ' .. found .. ', where a ' .. expected .. ' should be'
end

local function check_type(key, expected)
  if checked[key] then return end
  local found = other_type(key, expected)
  if found then error(wrong_type(key, found, expected), 0) end
  checked[key] = true
end

local function check_delayed(c)
  check_type(c.delayed, 'zset')
  check_type(c.delayed_messages, 'hash')
end

local function check_target(c, priority, indexed, timing)
  check_type(c[priority], 'stream')
  if indexed then check_type(JOBS, 'hash') end
  if timing ~= '' then check_delayed(c) end
end
