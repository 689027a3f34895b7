--- @include lib/add_entry
--- @include lib/check_message
--- @include lib/entries

-- Puts checked messages, and their buckets, into the keys that they are delivered from.

-- Adds the message now, or delays it until it is due.
local function put(c, priority, id, fields, timing, when)
  if timing ~= '' then
    local due = timing == 'in' and now() + when or when
    if due > now() then return delay_entry(c, priority, id, id ~= '', fields, due) end
  end
  add_entry(c, priority, id, id ~= '', fields)
end

local function send(m)
  put(m.channel, m.priority, m.id, m.fields, m.timing, m.when)
end

-- Buckets come first: a message may wait for a bucket that another message of the batch stores, but not for one that it removes.
local function put_buckets(batch)
  local clears, buckets, waiting = {}, {}, {}
  for i = 1, #batch do
    local m = batch[i]
    if m.clears then append(clears, m.clears) end
    if m.buckets then append(buckets, m.buckets) end
    if has_waits(m) then waiting[#waiting + 1] = m end
  end
  clear_buckets(clears)
  store_buckets(buckets)
  if #waiting > 0 then blocked_jobs().look_ahead(waiting) end
end

local function put_messages(batch)
  for _, m in ipairs(batch) do
    if not m.shape.is_plain then
      put_buckets(batch)
      break
    end
  end
  local block
  for i = 1, #batch do
    local m = batch[i]
    if m.alias then change(HASH, JOBS, m.alias, alias_of(m.id)) end
    if has_waits(m) then
      block = block or blocked_jobs().block
      block(m)
    else
      send(m)
    end
  end
end
