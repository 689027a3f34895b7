--- @include lib/shapes

-- The layout of a blocked job: a job with an id that waits for one bucket. It has no record. A packed list holds the values below, then
-- the values of its message's fields, whose names are in its shape. The list of the first waiter lies in AWAITED under the bucket id, so
-- that one read finds the waiter and its message. The lists of later waiters lie in their channel's `waiting_messages` under their own
-- ids, and these waiters are in the bucket's set.
--
-- When the bucket is stored, its body becomes a field of the message, 'input:<bucket id>' (an inlined result). Then the job needs no
-- lease on the bucket. A larger bucket is not inlined: the job gets a record with 'on' alone, as jobs that waited for several have it.

local INPUT = TS.inputField
local NAME, ID, SHAPE, RESULT, WHEN = 1, 2, 3, 4, 5

local function blocked_layout(name, id, shape, result, when, ...)
  return { name, id, shape.text, result, when, ... }
end

-- The fields of the message, with the inlined bucket where a body is given. Most messages have two, for which the table need not grow.
local function fields_of(shape, id, values, bucket_id, body)
  local names, first, second = shape.names, values[WHEN + 1], values[WHEN + 2]
  local fields = body and { INPUT .. bucket_id, body, names[1], first, names[2], second } or { names[1], first, names[2], second }
  for i = 3, #names do fields[#fields + 1], fields[#fields + 2] = names[i], values[WHEN + i] end
  if shape.has_id_field then fields[#fields + 1], fields[#fields + 2] = 'id', id end
  return fields
end
