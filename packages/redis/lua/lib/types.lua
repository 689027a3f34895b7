-- The type of a key where it is another than expected, nil otherwise: the key may also be missing.
local function other_type(key, expected)
  local found = redis.call('TYPE', key).ok
  return found ~= expected and found ~= 'none' and found or nil
end
