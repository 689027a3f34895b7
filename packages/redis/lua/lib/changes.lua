--- @include lib/pages

-- A write-behind cache for hashes and sorted sets. The call sees a change at once. All changes are written at the end of the call,
-- with one command for each key, because most of a command's cost is the call itself. An action that fails is rolled back.

-- By key: the known fields of a hash or members of a sorted set. False means that there is none.
local tables = {}

local HASH = { read = 'HGET', put = 'HSET', remove = 'HDEL' }
local ZSET = { read = 'ZSCORE', put = 'ZADD', remove = 'ZREM' }

-- Undo log of the current action. Four values for each change: table, name, its value before, the table's number of changes before.
local undo, undo_count = {}, 0
local UNKNOWN = {}

local function table_at(key)
  local known = { values = {}, changed = {}, count = 0 }
  tables[key] = known
  return known
end

local function value_of(kind, key, name)
  local values = (tables[key] or table_at(key)).values
  local value = values[name]
  if value == nil then
    value = redis.call(kind.read, key, name)
    values[name] = value
  end
  return value
end

-- Reads many fields of a hash at once. An error shows again when one of the fields is read by `value_of`.
local function look_up(key, names)
  local values, index = (tables[key] or table_at(key)).values, 0
  in_pages(names, function(...)
    local found = redis.pcall('HMGET', key, ...)
    for i = 1, #found do
      local name = names[index + i]
      if values[name] == nil then values[name] = found[i] end
    end
    index = index + #found
  end)
end

-- A value of false removes the field or member.
local function change(kind, key, name, value)
  local known = tables[key] or table_at(key)
  local values, count = known.values, known.count
  local before = values[name]
  if before == nil then before = UNKNOWN end
  undo[undo_count + 1], undo[undo_count + 2], undo[undo_count + 3], undo[undo_count + 4] = known, name, before, count
  undo_count = undo_count + 4
  known.kind, known.count, values[name], known.changed[count + 1] = kind, count + 1, value, name
end

local function undo_changes(mark)
  while undo_count > mark do
    local known, name, before = undo[undo_count - 3], undo[undo_count - 2], undo[undo_count - 1]
    known.count = undo[undo_count]
    if before == UNKNOWN then before = nil end
    known.values[name] = before
    undo_count = undo_count - 4
  end
end

-- Runs an action and rolls its changes back if it raises an error. Returns what pcall returns.
local function attempt(action, ...)
  local mark = undo_count
  local ok, result = pcall(action, ...)
  if not ok then undo_changes(mark) end
  return ok, result
end

-- A name that was changed twice is written twice, with its last value.
local function write_table(key, kind, values, changed, count)
  local put, removed, is_zset = {}, {}, kind == ZSET
  local last = 0
  for i = 1, count do
    local name = changed[i]
    local value = values[name]
    if not value then
      removed[#removed + 1] = name
    elseif is_zset then
      put[last + 1], put[last + 2], last = value, name, last + 2
    else
      put[last + 1], put[last + 2], last = name, value, last + 2
    end
  end
  write_all(kind.put, key, put)
  write_all(kind.remove, key, removed)
end

-- Writes every table, even after one has failed. Returns the first error.
local function write_changes()
  local first_problem
  for key, known in pairs(tables) do
    local ok, problem = true, nil
    if known.count > 0 then ok, problem = pcall(write_table, key, known.kind, known.values, known.changed, known.count) end
    if not ok then first_problem = first_problem or problem end
  end
  tables, undo_count = {}, 0
  return first_problem
end

-- Redis 7 raises errors as tables, older versions as strings.
local function message_of(problem)
  return type(problem) == 'table' and problem.err or tostring(problem)
end

-- Functions to run before the changes are written. They raise no errors.
local at_end = {}

-- Runs a command and writes its changes. Errors are returned, not raised again: that would put text before their code.
local function carry_out(command)
  local ok, result = attempt(command)
  for _, action in ipairs(at_end) do action() end
  local problem = write_changes()
  if not ok or problem then return redis.error_reply(message_of(not ok and result or problem)) end
  return result
end
