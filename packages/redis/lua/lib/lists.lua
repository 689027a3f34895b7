local function size_of(texts)
  local size = 0
  for _, text in ipairs(texts) do size = size + #text end
  return size
end

local function append(list, more)
  for _, one in ipairs(more) do list[#list + 1] = one end
end
