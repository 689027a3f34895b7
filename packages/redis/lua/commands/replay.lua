-- replay: a step that puts dead letters back into their streams.
--
-- ARGV     as lib/dead_letters says; '1' to replay the jobs that were skipped because of them, how many at most, the letter to go on after,
--          how many ids or -1 for all, ids
-- Returns  for each letter that it has looked at { id, outcome, job id, and for 'job-exists' the state, id and channel of that job }; and
--          what stopped it, or ''. Workers of skipped jobs are not notified
--
--- @include lib/administration
--- @include lib/put_message
--- @include lib/taken_ids
--- @include lib/blocked_layout
--- @include lib/blocked_jobs

local NOT_REPLAYED = { original_stream = true, original_id = true, reason = true }
local LEFT_OUT = { TS.notInDeadLetters }

-- The Python library keeps all headers of a dead letter.
local function without_run_headers(text)
  local ok, headers = pcall(cjson.decode, text)
  if not ok or type(headers) ~= 'table' then return text end
  local is_same = true
  for _, name in ipairs(LEFT_OUT) do
    is_same = is_same and headers[name] == nil
    headers[name] = nil
  end
  return is_same and text or cjson.encode(headers)
end

-- The inlined result of a letter. If the bucket still exists, its current body counts. A body that has become too large is not inlined.
local function current_input(bucket_id, body)
  local found = redis.call('GET', bucket_key(bucket_id))
  if not found then return body end
  return can_inline(found) and found
end

local function replayed_fields(letter)
  local fields = {}
  for i = 1, #letter, 2 do
    local name, value = letter[i], letter[i + 1]
    if string.sub(name, 1, #INPUT) == INPUT then value = current_input(string.sub(name, #INPUT + 1), value) end
    if name == 'headers' then value = without_run_headers(value) end
    if value and not NOT_REPLAYED[name] then fields[#fields + 1], fields[#fields + 2] = name, value end
  end
  return fields
end

local function is_message(fields)
  if #fields > MOST_VALUES or not field_of(fields, 'payload') then return false end
  local text = field_of(fields, 'headers')
  if not text then return true end
  local ok, headers = pcall(cjson.decode, text)
  if not ok or type(headers) ~= 'table' or string.sub(text, 1, 1) ~= '{' then return false end
  for _, value in pairs(headers) do
    if type(value) ~= 'string' then return false end
  end
  return true
end

local function priority_of(letter)
  local stream = field_of(letter, 'original_stream')
  return stream == target.h and 'h' or stream == target.l and 'l' or 'm'
end

local function replay_letter(entry, letter, results, with_dependents)
  local fields = replayed_fields(letter)
  local names = names_of(fields)
  local id, result = names.id or '', names.result
  if not is_message(fields) then return { entry, 'malformed', id } end
  local taken = taken_by({ id = id, alias = result }, {})
  if taken then return { entry, 'job-exists', id, taken[3], taken[4], taken[5] } end
  if with_dependents and result and blocked_jobs().is_held_below(result) then return { entry, 'result-in-use', id } end
  add_entry(target, priority_of(letter), id, id ~= '', fields)
  if id ~= '' and result and result ~= id then change(HASH, JOBS, result, alias_of(id)) end
  redis.call('XDEL', target.dead_letters, entry)
  results[#results + 1] = result
  return { entry, 'replayed', id }
end

-- Iterators over the letters: those with the given ids, or those after a letter. Each letter is read when it is asked for.
local function given_letters(count)
  local left_over = count
  return function()
    if left_over == 0 then return nil end
    left_over = left_over - 1
    local entry = argument()
    return entry, is_entry_id(entry) and entry_fields(target.dead_letters, entry) or nil
  end
end

local function letters_after(after)
  local page, index = {}, 0
  return function()
    index = index + 1
    if index > #page then
      page, index = redis.call('XRANGE', target.dead_letters, '(' .. after, '+', 'COUNT', SMALL_STEP), 1
    end
    local letter = page[index]
    if not letter then return nil end
    after = letter[1]
    return letter[1], letter[2]
  end
end

return carry_out(function()
  local with_dependents, limit, after, count = argument() == '1', number(), argument(), number()
  local results, looked_at, replayed = {}, {}, 0
  require_growth()
  check_type(JOBS, 'hash')
  for _, priority in ipairs(PRIORITIES) do check_type(target[priority], 'stream') end
  for entry, letter in count >= 0 and given_letters(count) or letters_after(after) do
    local ok, outcome = true, { entry, 'not-found', '' }
    if letter then ok, outcome = attempt(replay_letter, entry, letter, results, with_dependents) end
    if not ok then return { looked_at, message_of(outcome) } end
    looked_at[#looked_at + 1] = outcome
    if outcome[2] == 'replayed' then replayed = replayed + 1 end
    if replayed >= limit or #looked_at >= STEP then break end
  end
  local ok, problem = true, nil
  if with_dependents then ok, problem = attempt(blocked_jobs().revive, results) end
  return { looked_at, ok and '' or message_of(problem) }
end)
