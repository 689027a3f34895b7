-- Checks the types of keys before anything is written, because a script that fails midway is not rolled back.

local checked = {}

local function wrong_type(key, found, expected)
  return 'WRONGTYPE ' .. key .. ' holds a ' .. found .. ', where a ' .. expected .. ' should be'
end

local function check_type(key, expected)
  if checked[key] then return end
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= expected then error(wrong_type(key, found, expected), 0) end
  checked[key] = true
end
