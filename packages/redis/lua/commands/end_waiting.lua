-- end_waiting: a step that ends waiting jobs of a channel.
--
-- KEYS     as lib/keys says
-- ARGV     the exception of results or '', how many were kept by earlier steps
-- Returns  as commands/end_delayed says
--
--- @include lib/args
--- @include lib/server
--- @include lib/removal
--- @include lib/end_job

local function end_waiting(id, exception)
  local state, job = locate(id)
  if state == 'waiting' and name_of(job.channel) == name_of(target) then
    end_job(state, job, (blocked_jobs().inspect(target, id)), exception)
  else
    blocked_jobs().leave(target, id)
    change(ZSET, target.waiting, id, false)
  end
  return 1
end

return carry_out(function()
  local exception, kept, count = argument(), number(), 0
  allow_growth()
  local page = page_of('ZRANGE', target.waiting, kept, kept + STEP - 1)
  for _, id in ipairs(page) do count = count + try_to_end(end_waiting, id, exception) end
  return { count, #page < STEP and -1 or kept + #page - count, failure }
end)
