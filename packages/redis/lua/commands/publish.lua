-- publish: adds batches of messages. Each batch is added completely or not at all.
--
-- ARGV     how many batches; each: how many messages, messages as lib/read_message reads them
-- Returns  for each batch that was not added: its index from 0; and what went wrong or { index of the message from 1, why its id is taken }
--
--- @include lib/read_message
--- @include lib/put_message
--- @include lib/taken_ids
--- @include lib/blocked_jobs

-- The first message of a batch whose id is taken, or used twice in the batch: its index, and why, as `taken_by` returns it.
local function first_duplicate(batch)
  local seen = {}
  for index, m in ipairs(batch) do
    local taken = taken_by(m, seen)
    if taken then return { index, unpack(taken) } end
  end
end

local function add_batch(batch)
  local duplicate = first_duplicate(batch)
  if duplicate then return duplicate end
  check_messages(batch)
  put_messages(batch)
end

return carry_out(function()
  require_growth()
  local batches, replies = {}, {}
  for index = 1, number() do batches[index] = read_messages() end
  look_up_jobs(batches)
  for index, batch in ipairs(batches) do
    local ok, problem = attempt(add_batch, batch)
    if not ok then problem = message_of(problem) end
    if problem then replies[#replies + 1] = { index - 1, problem } end
  end
  return replies
end)
