-- Why a job is skipped, in the words of core. A broken wait has: bucket id, condition, state of the bucket, cause of that state or '', and
-- the name of the bucket's job or nil.

local ROOT_CAUSE = TS.rootCause
local LONGEST_CAUSE = 500
local MOST_NAMED = 3

local function in_words(state)
  return state == 'skipped' and 'was skipped' or state
end

local function label_of(bucket_id, name)
  return name and '"' .. name .. '" (' .. bucket_id .. ')' or '"' .. bucket_id .. '"'
end

local function described(bucket_id, name, state)
  return label_of(bucket_id, name) .. ' ' .. in_words(state)
end

-- Cuts text as JavaScript does: by UTF-16 units.
local function cut(text, longest)
  local units, at = 0, 1
  while at <= #text do
    local byte = string.byte(text, at)
    local size = byte < 0x80 and 1 or byte < 0xE0 and 2 or byte < 0xF0 and 3 or 4
    units = units + (size == 4 and 2 or 1)
    if units > longest then return string.sub(text, 1, at - 1) end
    at = at + size
  end
  return text
end

-- The root cause in the exception of a skipped job.
local function first_cause(exception)
  local _, last = string.find(exception, ROOT_CAUSE, 1, true)
  if last then return string.sub(exception, last + 1) end
  local bucket, ending = string.match(exception, 'it needed the %a+ of (".+), which (.+)%.$')
  return bucket and bucket .. ' ' .. ending or exception
end

-- The cause that dependents of a failed job are told.
local function cause_of_failure(bucket_id, name, exception)
  return cut(described(bucket_id, name, 'failed') .. ': ' .. exception, LONGEST_CAUSE)
end

-- Returns why the job of a stored bucket failed or was skipped, '' if the bucket does not say; and the job's name or nil.
local function cause_of(bucket_id, state)
  if state == 'succeeded' then return '' end
  local ok, bucket = pcall(cjson.decode, redis.call('GET', bucket_key(bucket_id)))
  local exception = ok and type(bucket) == 'table' and bucket.exception
  if type(exception) ~= 'string' then return '' end
  local name = type(bucket.jobName) == 'string' and bucket.jobName or nil
  if state == 'skipped' then return first_cause(exception), name end
  return cause_of_failure(bucket_id, name, exception), name
end

local function broken_reason(broken)
  local fact = 'DependencyError: Not run: it needed the ' .. broken.condition .. ' of ' .. label_of(broken.id, broken.name) .. ', which '
  local reason = fact .. in_words(broken.state) .. '.'
  return broken.cause == '' and reason or reason .. ROOT_CAUSE .. broken.cause
end

-- The root cause that dependents of a skipped job are told.
local function cause_of_skip(broken)
  return broken.cause ~= '' and broken.cause or described(broken.id, broken.name, broken.state)
end

local function late_reason(missing, timeout)
  local quoted = {}
  for i = 1, math.min(MOST_NAMED, #missing) do quoted[i] = '"' .. missing[i].id .. '"' end
  local more = #missing > #quoted and ' and ' .. (#missing - #quoted) .. ' more' or ''
  local names = table.concat(quoted, ', ') .. more
  return 'DependencyError: Not run: it waited ' .. timeout .. ' ms for ' .. names .. ', which did not come.'
end
