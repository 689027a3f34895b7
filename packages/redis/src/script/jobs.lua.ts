/** Operations on single jobs. */
export const jobs = /* lua */ `
-- locate: job id. Answers where it is, or nil.
operations.locate = function()
  return (locate(channel(1), argument())) or false
end

-- waiters: bucket id. Answers the jobs that wait for it or have yet to read it, as '<channel>:<job id>'.
operations.waiters = function()
  return part('dependencies').waiters(argument())
end

local contents = {
  waiting = function(c, id)
    return part('dependencies').inspect(c, id)
  end,
  delayed = function(c, id)
    return cmsgpack.unpack(value_of(HASH, c.messages, id))[3]
  end,
}

local function contents_of_entry(c, _, location)
  return entry_fields(c[string.sub(location, 1, 1)], string.sub(location, 2)) or {}
end

-- inspect: job id. Answers where it is, its fields, when it is due or -1, missing buckets and conditions in turn; or nil.
operations.inspect = function()
  local c, id = channel(1), argument()
  local place, location = locate(c, id)
  if not place then return false end
  local due = place == 'delayed' and tonumber(redis.call('ZSCORE', c.delayed, id)) or -1
  local fields, missing = (contents[place] or contents_of_entry)(c, id, location)
  return { place, fields, due, missing or {} }
end

local removals = {
  waiting = function(c, id)
    change(ZSET, c.waiting, id, false)
  end,
  delayed = function(c, id)
    change(HASH, c.messages, id, false)
    change(ZSET, c.delayed, id, false)
  end,
  queued = function(c, _, location)
    redis.call('XDEL', c[string.sub(location, 1, 1)], string.sub(location, 2))
  end,
}

local function tell_owner(c, id, location)
  local pending = pending_entry(c, c[string.sub(location, 1, 1)], string.sub(location, 2))
  redis.call('PUBLISH', c.control, 'cancel:' .. pending[2] .. ':' .. id)
end

-- cancel: job id, buckets to remove, buckets to store with the removal. Answers where the job was, or nil.
operations.cancel = function()
  local c, id = channel(1), argument()
  local clears, buckets = read_buckets()
  local place, location = locate(c, id)
  if not place then return false end
  if place == 'running' then
    tell_owner(c, id, location)
  else
    removals[place](c, id, location)
    part('dependencies').leave(c, id)
    change(HASH, c.index, id, false)
    clear_buckets(clears)
    store_buckets(buckets)
  end
  return place
end
`;
