--- @include lib/shapes

-- The layout of a blocked job: a job with an id that waits for one bucket. It has no record. A packed list holds the values below, then the
-- field values of its message. Their names are in its shape. The list of the first waiter lies in AWAITED under the bucket id, so that one
-- read finds the waiter and its message. Later waiters are in the bucket's set. Their lists lie in their channel's `waiting_messages` under
-- their own ids.
--
-- When the bucket is stored, its body becomes a field of the message, 'input:<bucket id>' (an inlined result). Then the job needs no lease
-- on the bucket. A larger bucket is not inlined: the job gets a record with only 'on', like a job that has waited for several.

local INPUT = TS.inputField
local NAME, ID, SHAPE, RESULT, WHEN = 1, 2, 3, 4, 5

local function blocked_layout(name, id, shape, result, when, ...)
  return { name, id, shape.text, result, when, ... }
end

-- The fields of the message. Includes the inlined bucket if a body is given. Most messages have two fields, so the table need not grow.
local function fields_of(shape, id, values, bucket_id, body)
  local names, first, second = shape.names, values[WHEN + 1], values[WHEN + 2]
  local fields = body and { INPUT .. bucket_id, body, names[1], first, names[2], second } or { names[1], first, names[2], second }
  for i = 3, #names do fields[#fields + 1], fields[#fields + 2] = names[i], values[WHEN + i] end
  if shape.has_id_field then fields[#fields + 1], fields[#fields + 2] = 'id', id end
  return fields
end
