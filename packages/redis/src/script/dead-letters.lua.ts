import { LIMITS } from '../options/defaults.js';

/** How a message gets to the dead letters, and how these go. Reads: how many a channel keeps, and for how many milliseconds. */
export const deadLetters = /* lua */ `
local MOST_LETTERS, LETTERS_LIVE = number(), number()

-- What has more fields is no message: the first will do.
local MOST_VALUES = ${2 * LIMITS.entryFields}

-- So many at most are looked at whenever one is added.
local TRIM_PAGE = 100

-- Removes a dead letter with the arguments that were kept for its replay. Returns 1 where it was there.
local function delete_letter(c, entry, fields)
  local args = names_of(fields).args
  if args then redis.call('DEL', bucket_key(args)) end
  return redis.call('XDEL', c.dlq, entry)
end

-- The oldest go that are too many or too old.
local function trim_letters(c)
  local oldest = math.max(0, now() - LETTERS_LIVE)
  local too_many = math.min(TRIM_PAGE, redis.call('XLEN', c.dlq) - MOST_LETTERS)
  local old = redis.call('XRANGE', c.dlq, '-', string.format('%.0f', oldest), 'COUNT', TRIM_PAGE)
  if too_many > #old then old = redis.call('XRANGE', c.dlq, '-', '+', 'COUNT', too_many) end
  for _, letter in ipairs(old) do delete_letter(c, letter[1], letter[2]) end
end

local function dead_letter(run, entry, fields, reason)
  local letter = { unpack(fields, 1, math.min(#fields, MOST_VALUES)) }
  for _, value in ipairs({ 'original_stream', run.stream, 'original_id', entry, 'reason', reason }) do
    letter[#letter + 1] = value
  end
  redis.call('XADD', run.channel.dlq, '*', unpack(letter))
  trim_letters(run.channel)
end
`;
