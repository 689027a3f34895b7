--- @include lib/command
--- @include lib/entries
--- @include lib/time

-- Adds and removes dead letters. Reads the first two arguments of the command: how many dead letters a channel keeps, and for how many
-- milliseconds.

local MOST_LETTERS, LETTERS_LIVE = number(), number()

-- How many are checked each time that one is added.
local TRIM_PAGE = 100

-- Deletes a dead letter and the arguments that were kept for its replay. Returns 1 if it existed.
local function delete_letter(c, entry, fields)
  local args = names_of(fields).args
  if args then redis.call('DEL', bucket_key(args)) end
  return redis.call('XDEL', c.dead_letters, entry)
end

-- Deletes letters that are too old, and the oldest if there are too many.
local function trim_letters(c)
  local oldest = math.max(0, now() - LETTERS_LIVE)
  local too_many = math.min(TRIM_PAGE, redis.call('XLEN', c.dead_letters) - MOST_LETTERS)
  local old = redis.call('XRANGE', c.dead_letters, '-', string.format('%.0f', oldest), 'COUNT', TRIM_PAGE)
  if too_many > #old then old = redis.call('XRANGE', c.dead_letters, '-', '+', 'COUNT', too_many) end
  for _, letter in ipairs(old) do delete_letter(c, letter[1], letter[2]) end
end

-- `source` has the channel and the stream that the entry comes from. A letter keeps no more fields than an entry may have.
local function dead_letter(source, entry, fields, reason)
  local letter = { unpack(fields, 1, math.min(#fields, MOST_VALUES)) }
  append(letter, { 'original_stream', source.stream, 'original_id', entry, 'reason', reason })
  redis.call('XADD', source.channel.dead_letters, '*', unpack(letter))
  trim_letters(source.channel)
end
