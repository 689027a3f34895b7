-- The type of a key if it is not the expected one. Nil if it is, or if the key is missing.
local function other_type(key, expected)
  local found = redis.call('TYPE', key).ok
  return found ~= expected and found ~= 'none' and found or nil
end
