/** Publishing plain messages: of medium priority, now, with nothing to go with them. */
export const publishPlain = /* lua */ `
-- ARGV[1]   how many batches; each: how many messages, messages; each: its shape, job id where it has one, values of its fields
--
-- Answers for those that were not published, by their place among all: place, and 0 where an id may be taken, which needs a
-- closer look, or what went wrong.

local function read_plain()
  local shape = shape_of(argument())
  local id = shape.has_id and argument() or ''
  return { channel = shape.channel, id = id, fields = read_fields(shape, id) }
end

local function may_be_taken(batch)
  local seen = {}
  for _, m in ipairs(batch) do
    if m.id ~= '' then
      if seen[m.id] or value_of(HASH, m.channel.index, m.id) then return true end
      seen[m.id] = true
    end
  end
end

local function add(m)
  local entry = redis.call('XADD', m.channel.stream, '*', unpack(m.fields))
  if m.id ~= '' then change(HASH, m.channel.index, m.id, 'm' .. entry) end
end

local function add_batch(batch)
  for _, m in ipairs(batch) do check_type(m.channel.stream, 'stream') end
  if may_be_taken(batch) then return 0 end
  for _, m in ipairs(batch) do add(m) end
end

return carry_out(function() return publish_batches(read_plain, add_batch) end)
`;
