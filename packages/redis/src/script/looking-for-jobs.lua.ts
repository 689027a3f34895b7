/** Looking where jobs are, that is whether their ids are taken. */
export const lookingForJobs = /* lua */ `
-- Looks at once where all jobs are that have to do with the call.
local function look_for_jobs(batches)
  local ids, count = {}, 0
  for _, batch in ipairs(batches) do
    for _, m in ipairs(batch) do
      if m.id ~= '' then
        count = count + 1
        ids[count] = m.id
      end
      if m.alias then
        count = count + 1
        ids[count] = m.alias
      end
    end
  end
  look_up(JOBS, ids)
end
`;
