/** Publishing in batches. */
export const batches = /* lua */ `
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
