/** Ending deliveries that nothing goes with: most of them, so that a call for these alone makes nothing else. */
export const acknowledge = /* lua */ `
local function the_only_act()
  return acknowledge
end

-- all: how many runs, runs, all of them plain.
operations.all = function()
  return settle_all(the_only_act)
end
`;
