import { INPUT_FIELD } from '../codec/field-names.js';

/** What is kept of a job that waits for a single bucket: less than of one that waits for many, and the bucket comes along with it. */
export const parked = /* lua */ `
-- A job that has an id and waits for a single bucket has no record. What is kept of it is a packed list of the values below, in
-- their order, and of the values of its message's fields, whose names are in its shape. That of the first who waits for a bucket
-- lies with those that are awaited, by the bucket's id: to know him is to know his message. Those of others lie with their channel's
-- waiting messages, by their own ids, and they are among the bucket's waiters. The index says which, and the bucket's id.
--
-- When the bucket comes, it is put into the message: field 'input:<its id>' is its body. So the job has it, and keeps it from
-- no expiry. A large bucket does not come along: then the job has a record, of which 'on' is left, like those that
-- wait for many.

local INPUT = '${INPUT_FIELD}'
local NAME, ID, SHAPE, RESULT, WHEN = 1, 2, 3, 4, 5
`;
