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
