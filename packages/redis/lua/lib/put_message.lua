--- @include lib/add_entry
--- @include lib/check_message
--- @include lib/entries

-- Puts checked messages where they are delivered from, with their buckets.

-- Now, or when the message is due.
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

-- Buckets come first: a message may wait for a bucket of another message of the batch, but not for one that this other removes.
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
