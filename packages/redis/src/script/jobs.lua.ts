/** Operations on single jobs. */
export const jobs = /* lua */ `
-- locate: job id. Answers where it is, or nil.
operations.locate = function()
  return (locate(channel(1), argument())) or false
end

local removals = {
  waiting = function(c, id)
    redis.call('ZREM', c.waiting, id)
  end,
  delayed = function(c, id)
    redis.call('ZREM', c.delayed, id)
    redis.call('HDEL', c.messages, id)
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
    redis.call('HDEL', c.index, id)
    part('dependencies').leave(c, id)
    clear_buckets(clears)
    store_buckets(buckets)
  end
  return place
end
`;
