local function append(list, more)
  for _, one in ipairs(more) do list[#list + 1] = one end
end
