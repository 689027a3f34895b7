import { FIELD_NAMES } from '../codec/field-names.js';

const FIELDS = Object.entries(FIELD_NAMES)
  .map(([letter, name]) => `${letter} = '${name}'`)
  .join(', ');

/** What messages have in common, in one argument. */
export const shapes = /* lua */ `
local FIELDS = { ${FIELDS} }
local TIMINGS = { a = 'at', d = 'in' }
local shapes = {}

-- A shape is what many have in common: channel and priority; '-' or an id that is its header ('i') or a field ('f'), in capitals where
-- its result goes to a bucket of another id; '-' or
-- 'at' or 'in' by first letter, the latter as 'd' for delay; '-', 'b' for buckets, 'w' for waits or 'B' for both, 's' for a single wait
-- or 'S' for that and buckets; fields. Of a single wait there follow, each after a space, its condition, how many milliseconds
-- it waits, the ttl as JSON of the bucket that says that it was skipped, and '=' where that has the job's id.
-- What is parked keeps its shape without the channel. Its size is how many arguments a message takes that has no more to it than
-- id, wait and fields.
local function read_shape(text)
  local place, priority, id, timing, rest, letters, more = string.match(text, '^(%d*)(%l)(.)(.)(.)(%l+)(.*)$')
  local shape = { channel = place ~= '' and channel(tonumber(place)), priority = priority, timing = TIMINGS[timing] or '', names = {} }
  shape.has_buckets, shape.has_waits = rest == 'b' or rest == 'B' or rest == 'S', rest == 'w' or rest == 'B'
  shape.is_plain = rest == '-'
  shape.has_id, shape.has_id_field, shape.has_alias = id ~= '-', id == 'f' or id == 'F', id == 'I' or id == 'F'
  for letter in string.gmatch(letters, '.') do shape.names[#shape.names + 1] = FIELDS[letter] end
  shape.condition, shape.timeout, shape.ttl, shape.result = string.match(more, '^ (%l+) (%S+) (%S+) (.)$')
  shape.text = string.sub(text, #place + 1)
  shape.size = 1 + #shape.names + (shape.has_id and 1 or 0) + (shape.has_alias and 1 or 0) + (shape.condition and 1 or 0) + (shape.result == 'r' and 1 or 0)
  shapes[text] = shape
  return shape
end

local function shape_of(text)
  return shapes[text] or read_shape(text)
end
`;
