-- A value in the answer of an XINFO command.
local function info_of(info, name)
  for i = 1, #info, 2 do
    if info[i] == name then return info[i + 1] end
  end
end
