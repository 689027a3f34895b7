/** Acknowledging messages that nothing goes with. */
export const acknowledge = /* lua */ `
-- KEYS      streams and indexes, which arguments name by their place
-- ARGV[1]   how many runs, then runs: the stream, its priority's letter, its group, the index or 0, then as \`read_entries\`

local function read_run()
  local run = { stream = KEYS[number()], priority = argument() }
  run.channel = { group = argument(), index = KEYS[number()] }
  return read_entries(run)
end

local function the_only_act()
  return acknowledge
end

return carry_out(function() return settle_all(read_run, the_only_act) end)
`;
