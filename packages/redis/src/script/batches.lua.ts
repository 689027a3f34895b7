/** Publishing in batches. */
export const batches = /* lua */ `
-- Looks at once where all jobs are that are to be published, that is whether their ids are taken.
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

-- Reads: how many batches; each: how many messages, messages, each by \`read\`.
local function read_batches(read)
  local batches = {}
  for place = 1, number() do
    local batch = {}
    for i = 1, number() do batch[i] = read() end
    batches[place] = batch
  end
  return batches
end

-- \`add\` publishes all or none of a batch, and answers what kept it from that. Answers for those that were not published, by their
-- place among all: place, and what went wrong.
local function publish_batches(read, add)
  local batches, answers = read_batches(read), {}
  look_for_jobs(batches)
  for place, batch in ipairs(batches) do
    local ok, problem = pcall(add, batch)
    if not ok then problem = message_of(problem) end
    if problem then answers[#answers + 1] = { place - 1, problem } end
  end
  return answers
end
`;
