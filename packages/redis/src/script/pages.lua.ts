/** Passing many arguments. */
export const pages = /* lua */ `
-- Lua takes no more than some thousands of arguments at once. An even number: some come in pairs.
local PAGE = 1000

local function in_pages(values, write)
  for first = 1, #values, PAGE do write(unpack(values, first, math.min(first + PAGE - 1, #values))) end
end
`;
