-- Reads the arguments of the call one after the other.

local cursor = 0

local function argument()
  cursor = cursor + 1
  return ARGV[cursor]
end

local function number()
  return tonumber(argument())
end
