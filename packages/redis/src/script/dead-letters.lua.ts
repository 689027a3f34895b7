import { LIMITS } from '../options/defaults.js';

/** How a message gets to the dead letters. */
export const deadLetters = /* lua */ `
-- What has more fields is no message: the first will do.
local MOST_VALUES = ${2 * LIMITS.entryFields}

local function dead_letter(run, entry, fields, reason)
  local letter = { unpack(fields, 1, math.min(#fields, MOST_VALUES)) }
  for _, value in ipairs({ 'original_stream', run.stream, 'original_id', entry, 'reason', reason }) do
    letter[#letter + 1] = value
  end
  redis.call('XADD', run.channel.dlq, '*', unpack(letter))
end
`;
