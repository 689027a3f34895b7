-- Stream entries: their ids, their fields, and the headers in them.

-- The most names and values that an entry may have.
local MOST_VALUES = 2 * TS.entryFields

local function size_of(texts)
  local size = 0
  for _, text in ipairs(texts) do size = size + #text end
  return size
end

local function append(list, more)
  for _, one in ipairs(more) do list[#list + 1] = one end
end

local function field_of(fields, name)
  for i = 1, #fields, 2 do
    if fields[i] == name then return fields[i + 1] end
  end
end

local function entry_fields(stream, entry)
  local found = redis.call('XRANGE', stream, entry, entry)[1]
  return found and found[2]
end

-- The headers of a message as a table; empty if they cannot be read.
local function headers_of(fields)
  local ok, headers = pcall(cjson.decode, field_of(fields, 'headers') or '{}')
  return ok and type(headers) == 'table' and headers or {}
end

local function text_in(headers, name)
  local text = headers[name]
  return type(text) == 'string' and text or nil
end

-- The ids that belong to the job of a message; nil if it has none:
-- id, result (the bucket of its result), ttl (of that bucket, as JSON), args (its own arguments bucket), name, nonce.
local function names_of(fields)
  local headers = headers_of(fields)
  local id = field_of(fields, 'id') or text_in(headers, TS.idHeader)
  local result, ttl, args = text_in(headers, TS.resultBucketHeader), text_in(headers, TS.resultTtlHeader), text_in(headers, TS.argsBucketHeader)
  if result == '' then result = id end
  if args == '' then args = TS.ownArgs end
  if args and (not id or string.sub(args, 1, 1) ~= '#') then args = nil end
  if ttl ~= 'null' then ttl = string.format('%.17g', tonumber(ttl or nil) or TS.defaultResultTtl) end
  local name, nonce = text_in(headers, TS.topicHeader), text_in(headers, TS.nonceHeader)
  return { id = id, result = result, ttl = ttl, args = args and id .. args, name = name, nonce = nonce }
end

local function is_entry_id(text)
  return string.find(text, '^%d+%-%d+$') ~= nil
end

-- Entry ids are two numbers, so comparing them as text would be wrong.
local function is_after(entry, other)
  local ms, seq = string.match(entry, '^(%d+)-(%d+)$')
  local other_ms, other_seq = string.match(other, '^(%d+)-(%d+)$')
  ms, other_ms = tonumber(ms), tonumber(other_ms)
  if ms ~= other_ms then return ms > other_ms end
  return tonumber(seq) > tonumber(other_seq)
end
