/** Publishing in batches. */
export const batches = /* lua */ `
-- Reads how many batches; each: how many messages, messages, each by \`read\`. \`add\` publishes all or none of a batch, and answers
-- what kept it from that. Answers for those that were not published, by their place among all: place, and what went wrong.
local function publish_batches(read, add)
  local answers = {}
  for place = 0, number() - 1 do
    local batch = {}
    for i = 1, number() do batch[i] = read() end
    local ok, problem = pcall(add, batch)
    if not ok then problem = message_of(problem) end
    if problem then answers[#answers + 1] = { place, problem } end
  end
  return answers
end
`;
