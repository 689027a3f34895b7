-- The ownership fence: a consumer owns an entry while the entry is pending for it with the delivery count that it was given. The same
-- consumer may get its own entry again, so the consumer's name is not enough.
-- Reads the locals `stream`, `group`, `consumer`, `least` and `greatest` (entry ids), `entry_count`. Declares `counts`: entry -> its
-- delivery count. One XPENDING for the whole range costs a third of one for each entry. It may miss entries if the consumer has many others
-- in the range.
local counts = {}
for _, pending in ipairs(redis.pcall('XPENDING', stream, group, least, greatest, 2 * entry_count, consumer)) do
  counts[pending[1]] = pending[4] % TS.suspectMark
end
