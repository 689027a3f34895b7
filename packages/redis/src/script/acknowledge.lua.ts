/** What the script that acknowledges is called with. */
export const acknowledgeKeys = /* lua */ `
-- KEYS[1]   where jobs are     KEYS[2]   how bucket keys begin
-- KEYS[3+]  streams, which arguments name by their place
-- ARGV[1]   how many runs, then runs: the stream, its priority's letter, its group, its channel, then as \`read_entries\`

local JOBS, BUCKETS = KEYS[1], KEYS[2]

local function name_of(c)
  return c.name
end

local function bucket_key(id)
  return BUCKETS .. id
end
`;

/** Acknowledging messages that nothing goes with. */
export const acknowledge = /* lua */ `
local function read_run()
  local run = { stream = KEYS[number()], priority = argument() }
  run.channel = { group = argument(), name = argument() }
  return read_entries(run)
end

local function the_only_act()
  return acknowledge
end

return carry_out(function() return settle_all(read_run, the_only_act) end)
`;
