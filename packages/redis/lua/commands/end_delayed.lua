-- end_delayed: a step that ends delayed messages of a channel.
--
-- KEYS     as lib/keys says
-- ARGV     the exception of results or '', the stamp after which nothing is ended, how many were kept by earlier steps
-- Returns  { how many were ended, how many were kept so far or -1 at the end, what went wrong or '' }
--
--- @include lib/args
--- @include lib/server
--- @include lib/removal
--- @include lib/delayed
--- @include lib/end_job

local function end_delayed(member, newest, exception)
  local m = find_delayed(target, member) or { stamp = '', id = '', fields = {} }
  if m.stamp > newest then return 0 end
  local job = job_of_delayed(target, m)
  if job then
    end_job('delayed', job, m.fields, exception)
  else
    change(HASH, target.delayed_messages, member, false)
    change(ZSET, target.delayed, member, false)
  end
  return 1
end

return carry_out(function()
  local exception, newest, kept, count = argument(), argument(), number(), 0
  allow_growth()
  local page = page_of('ZRANGE', target.delayed, kept, kept + STEP - 1)
  for _, member in ipairs(page) do count = count + try_to_end(end_delayed, member, newest, exception) end
  return { count, #page < STEP and -1 or kept + #page - count, failure }
end)
