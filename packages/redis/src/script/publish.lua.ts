/** Operations of producers. */
export const publish = /* lua */ `
-- Each batch: how many messages, messages.
local function read_batches()
  local batches = {}
  for place = 1, number() do
    local batch = {}
    for i = 1, number() do batch[i] = read_message() end
    batches[place] = batch
  end
  return batches
end

-- The first of a batch whose id is taken, or stands in it twice: its place in the batch, from 1, and why, as \`taken_by\` tells it.
local function first_duplicate(batch)
  local seen = {}
  for place, m in ipairs(batch) do
    local taken = taken_by(m, seen)
    if taken then return { place, unpack(taken) } end
  end
end

-- All or none; returns what kept it from that, which may be a message whose id is taken, as above.
local function add_batch(batch)
  local duplicate = first_duplicate(batch)
  if duplicate then return duplicate end
  check_messages(batch)
  put_messages(batch)
end

-- publish: how many batches, batches. Answers for those that were not published their place among all, from 0, and what went wrong.
operations.publish = function()
  require_growth()
  local batches, answers = read_batches(), {}
  look_for_jobs(batches)
  for place, batch in ipairs(batches) do
    local ok, problem = attempt(add_batch, batch)
    if not ok then problem = message_of(problem) end
    if problem then answers[#answers + 1] = { place - 1, problem } end
  end
  return answers
end

-- store: buckets, as in a message.
operations.store = function()
  require_growth()
  local _, buckets = read_buckets()
  check_type(AWAITED, 'hash')
  store_buckets(buckets)
  return 1
end

-- wait: bucket id, client id, milliseconds to remember it. Answers the body, or registers the client and answers nil.
operations.wait = function()
  local id, client, ttl = argument(), argument(), number()
  local body = redis.call('GET', bucket_key(id))
  if body then return body end
  local key = clients_key(id)
  redis.call('SADD', key, client)
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
  if redis.call('PTTL', ANY_CLIENT) < ttl then redis.call('SET', ANY_CLIENT, '1', 'PX', ttl) end
  return false
end
`;
