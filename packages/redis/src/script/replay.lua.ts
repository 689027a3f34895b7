import { NOT_IN_DEAD_LETTERS } from '@repid/core';
import { INPUT_FIELD } from '../codec/field-names.js';
import { LIMITS } from '../options/defaults.js';

/** Putting dead letters back, some of them in each call. */
export const replay = /* lua */ `
local STEP, SMALL_STEP, MOST_FIELDS = 500, 50, ${LIMITS.entryFields}
local NOT_REPLAYED = { original_stream = true, original_id = true, reason = true }
local INPUT = '${INPUT_FIELD}'
local LEFT_OUT = { ${NOT_IN_DEAD_LETTERS.map((name) => `'${name}'`).join(', ')} }

-- The Python library puts letters away with all the headers that they have had.
local function as_letter(text)
  local ok, headers = pcall(cjson.decode, text)
  if not ok or type(headers) ~= 'table' then return text end
  local is_kept = true
  for _, name in ipairs(LEFT_OUT) do
    is_kept = is_kept and headers[name] == nil
    headers[name] = nil
  end
  return is_kept and text or cjson.encode(headers)
end

-- The bucket that came along with a letter. Where it is still there, it counts as it is now; what has become too large is read.
local function as_it_is(bucket_id, body)
  local found = redis.call('GET', bucket_key(bucket_id))
  if not found then return body end
  return fits_in(found) and found
end

local function replayed_fields(letter)
  local fields = {}
  for i = 1, #letter, 2 do
    local name, value = letter[i], letter[i + 1]
    if string.sub(name, 1, #INPUT) == INPUT then value = as_it_is(string.sub(name, #INPUT + 1), value) end
    if name == 'headers' then value = as_letter(value) end
    if value and not NOT_REPLAYED[name] then append(fields, { name, value }) end
  end
  return fields
end

local function is_message(fields)
  if #fields > 2 * MOST_FIELDS or not field_of(fields, 'payload') then return false end
  local text = field_of(fields, 'headers')
  if not text then return true end
  local ok, headers = pcall(cjson.decode, text)
  if not ok or type(headers) ~= 'table' or string.sub(text, 1, 1) ~= '{' then return false end
  for _, value in pairs(headers) do
    if type(value) ~= 'string' then return false end
  end
  return true
end

local function priority_of(c, letter)
  local stream = field_of(letter, 'original_stream')
  return stream == c.h and 'h' or stream == c.l and 'l' or 'm'
end

local function job_that_has(names)
  local taken = names.id and job_with(names.id)
  if taken or not names.result or not names.id then return taken end
  return job_with(names.result)
end

-- Puts a letter back where nothing is in the way. Returns what became of it, the id of its job or '', and of a job that has its id: where it is,
-- its id and its channel.
local function replay_letter(c, entry, letter, results, with_dependents)
  local fields = replayed_fields(letter)
  local names = names_of(fields)
  local id, result = names.id or '', names.result
  if not is_message(fields) then return { entry, 'malformed', id } end
  local taken = job_that_has(names)
  if taken then return { entry, 'job-exists', id, taken[3], taken[4], taken[5] } end
  if with_dependents and result and part('dependencies').is_read_below(result) then return { entry, 'result-in-use', id } end
  add_entry(c, priority_of(c, letter), id, id ~= '', fields)
  if id ~= '' and result and result ~= id then change(HASH, JOBS, result, '>' .. id) end
  redis.call('XDEL', c.dlq, entry)
  results[#results + 1] = result
  return { entry, 'replayed', id }
end

-- The letters that a call looks at, each only when it is asked for: those with the ids that it was given, or those after one.
local function given_letters(c, count)
  local left = count
  return function()
    if left == 0 then return nil end
    left = left - 1
    local entry = argument()
    return entry, is_entry_id(entry) and entry_fields(c.dlq, entry) or nil
  end
end

local function letters_after(c, after)
  local page, place = {}, 0
  return function()
    place = place + 1
    if place > #page then
      page, place = redis.call('XRANGE', c.dlq, '(' .. after, '+', 'COUNT', SMALL_STEP), 1
    end
    local letter = page[place]
    if not letter then return nil end
    after = letter[1]
    return letter[1], letter[2]
  end
end

-- replay: '1' with those that were skipped because of them, how many at most, the letter to go on after, how many ids or -1 for all, ids.
-- Returns what became of each that it looked at: id, outcome, job id, and of a job in its way location, id and channel; and what kept it from
-- more, or ''. Those that were skipped are not told.
operations.replay = function()
  local c, with_dependents, limit, after, count = channel(1), argument() == '1', number(), argument(), number()
  local results, looked_at, replayed = {}, {}, 0
  require_growth()
  check_type(JOBS, 'hash')
  for _, priority in ipairs(PRIORITIES) do check_type(c[priority], 'stream') end
  for entry, letter in count >= 0 and given_letters(c, count) or letters_after(c, after) do
    local ok, told = true, { entry, 'not-found', '' }
    if letter then ok, told = attempt(replay_letter, c, entry, letter, results, with_dependents) end
    if not ok then return { looked_at, message_of(told) } end
    looked_at[#looked_at + 1] = told
    if told[2] == 'replayed' then replayed = replayed + 1 end
    if replayed >= limit or #looked_at >= STEP then break end
  end
  local ok, problem = true, nil
  if with_dependents then ok, problem = attempt(part('dependencies').revive, results) end
  return { looked_at, ok and '' or message_of(problem) }
end
`;
