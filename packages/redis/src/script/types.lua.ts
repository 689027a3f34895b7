/** Looking at what keys hold before anything is written. */
export const types = /* lua */ `
local checked = {}

local function check_type(key, expected)
  if checked[key] then return end
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= expected then
    error('WRONGTYPE ' .. key .. ' holds a ' .. found .. ', where a ' .. expected .. ' should be', 0)
  end
  checked[key] = true
end
`;
