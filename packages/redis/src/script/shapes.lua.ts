import { FIELD_NAMES } from '../codec/field-names.js';

const FIELDS = Object.entries(FIELD_NAMES)
  .map(([letter, name]) => `${letter} = '${name}'`)
  .join(', ');

/** What messages have in common, in one argument. */
export const shapes = /* lua */ `
local FIELDS = { ${FIELDS} }
local TIMINGS = { a = 'at', d = 'in' }
local shapes = {}

-- A shape is what many have in common: channel and priority; '-' or an id that is its header ('i') or a field ('f'); '-' or
-- 'at' or 'in' by first letter, the latter as 'd' for delay; '-', 'b' for buckets, 'w' for waits or 'B' for both; fields.
local function read_shape(text)
  local place, priority, id, timing, rest, letters = string.match(text, '^(%d+)(%l)(.)(.)(.)(%l+)$')
  local shape = { channel = channel(tonumber(place)), priority = priority, timing = TIMINGS[timing] or '', names = {} }
  shape.has_buckets, shape.has_waits = rest == 'b' or rest == 'B', rest == 'w' or rest == 'B'
  shape.has_id, shape.has_id_field = id ~= '-', id == 'f'
  for letter in string.gmatch(letters, '.') do shape.names[#shape.names + 1] = FIELDS[letter] end
  shapes[text] = shape
  return shape
end

local function shape_of(text)
  return shapes[text] or read_shape(text)
end

local function read_fields(shape, id)
  local fields, names = {}, shape.names
  for i = 1, #names do
    fields[2 * i - 1] = names[i]
    fields[2 * i] = argument()
  end
  if shape.has_id_field then
    fields[#fields + 1] = 'id'
    fields[#fields + 1] = id
  end
  return fields
end
`;
