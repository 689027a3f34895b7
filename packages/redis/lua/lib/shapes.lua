-- A shape holds, in one argument, what many messages have in common. Needs a function `channel`.
--
--   channel    its number, missing for a blocked job
--   priority   h, m or l
--   id         '-' for none, 'i' if a header holds it, 'f' if a field does; in capitals if the result has another id
--   timing     '-' for now, 'a' for at, 'd' for a delay
--   extras     '-' for none, 'b' for buckets, 'w' for waits, 'B' for both, 's' for a wait for one bucket, 'S' for that and buckets
--   fields     a letter for each
--   one wait   each after a space: condition; timeout in milliseconds; ttl, as JSON, of the result if the job is skipped; and its
--              bucket: '-' for none, '=' if it has the job's id, 'r' for another
--
-- `size` is the number of arguments of a message with only an id, a wait for one bucket, and fields.

local FIELDS = { TS.fieldsByLetter }
local TIMINGS = { a = 'at', d = 'in' }
local shapes = {}

local function read_shape(text)
  local channel_number, priority, id, timing, extras, letters, wait = string.match(text, '^(%d*)(%l)(.)(.)(.)(%l+)(.*)$')
  local shape = { channel = channel_number ~= '' and channel(tonumber(channel_number)), priority = priority, timing = TIMINGS[timing] or '', names = {} }
  shape.has_buckets, shape.has_waits = extras == 'b' or extras == 'B' or extras == 'S', extras == 'w' or extras == 'B'
  shape.is_plain = extras == '-'
  shape.has_id, shape.has_id_field, shape.has_alias = id ~= '-', id == 'f' or id == 'F', id == 'I' or id == 'F'
  for letter in string.gmatch(letters, '.') do shape.names[#shape.names + 1] = FIELDS[letter] end
  shape.condition, shape.timeout, shape.ttl, shape.result = string.match(wait, '^ (%l+) (%S+) (%S+) (.)$')
  shape.text = string.sub(text, #channel_number + 1)
  shape.size = 1 + #shape.names + (shape.has_id and 1 or 0) + (shape.has_alias and 1 or 0) + (shape.condition and 1 or 0) + (shape.result == 'r' and 1 or 0)
  shapes[text] = shape
  return shape
end

local function shape_of(text)
  return shapes[text] or read_shape(text)
end
