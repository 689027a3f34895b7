/** Changing hashes and sorted sets: the call sees it at once, and writes it at its end, unless the act that changed it fails. */
export const changes = /* lua */ `
-- What this call knows of the fields of hashes and the members of sorted sets, by key: a value, or false where there is none.
-- What it changes is written at its end, with one command for each key: most of what a command costs is to be called.
local tables = {}

local HASH = { read = 'HGET', put = 'HSET', remove = 'HDEL' }
local ZSET = { read = 'ZSCORE', put = 'ZADD', remove = 'ZREM' }

-- Four values for each change of the act that is under way: table, name, its value before, how many changes the table had before.
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

-- Reads many fields of a hash at once. What goes wrong is said where one of them is asked for.
local function look_up(key, names)
  local values, place = (tables[key] or table_at(key)).values, 0
  in_pages(names, function(...)
    local found = redis.pcall('HMGET', key, ...)
    for i = 1, #found do
      local name = names[place + i]
      if values[name] == nil then values[name] = found[i] end
    end
    place = place + #found
  end)
end

-- A value of false removes.
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

-- Carries out an act; one that raises an error has changed nothing. Returns as pcall does.
local function attempt(act, ...)
  local mark = undo_count
  local ok, answer = pcall(act, ...)
  if not ok then undo_changes(mark) end
  return ok, answer
end

-- What was changed twice is written twice, as it is at last.
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
  in_pages(put, function(...) redis.call(kind.put, key, ...) end)
  in_pages(removed, function(...) redis.call(kind.remove, key, ...) end)
end

-- One that can't be written keeps no other from it. Returns what went wrong first.
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

-- What is left to be done when all else is done, and raises no errors.
local last_acts = {}

-- Returns errors as they were raised: raised once more, their code would not be the first word. An operation that fails has changed nothing, save that of several acts those before are kept.
local function carry_out(act)
  local ok, answer = attempt(act)
  for _, last_act in ipairs(last_acts) do last_act() end
  local problem = write_changes()
  if not ok or problem then return redis.error_reply(message_of(not ok and answer or problem)) end
  return answer
end
`;
