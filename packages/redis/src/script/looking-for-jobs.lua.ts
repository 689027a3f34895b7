/** Looking where jobs are, that is whether their ids are taken. */
export const lookingForJobs = /* lua */ `
-- Looks at once where all jobs are that have to do with the call.
local function look_for_jobs(batches)
  local ids = {}
  for _, batch in ipairs(batches) do
    for _, m in ipairs(batch) do
      local of_index = ids[m.channel.index] or {}
      ids[m.channel.index] = of_index
      if m.id ~= '' then of_index[#of_index + 1] = m.id end
    end
  end
  for index, of_index in pairs(ids) do look_up(index, of_index) end
end
`;
