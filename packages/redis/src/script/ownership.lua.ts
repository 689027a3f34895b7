import { OWN_ARGS } from '@repid/core';
import { LIMITS } from '../options/defaults.js';

/** Whose deliveries are, how they end, and settlements as they come: in runs. */
export const ownership = /* lua */ `
local LOST, DONE = 0, 1

-- What is added to the count of deliveries of an entry that was given out alone: see the operations of takeover.
local MARK = ${LIMITS.aloneMark}

-- How often the entries of a run were delivered to its consumer, by one look at all that it has in hand between the least
-- and the greatest: a third of what a look at each costs. May miss some, where there is much else between them.
local function delivery_counts(run)
  local found = redis.pcall('XPENDING', run.stream, run.channel.group, run.least, run.greatest, 2 * #run.entries, run.consumer)
  local counts = {}
  for _, pending in ipairs(found) do counts[pending[1]] = pending[4] % MARK end
  return counts
end

local function delivery_count(run, entry)
  local pending = pending_entry(run.channel, run.stream, entry)
  return pending and pending[2] == run.consumer and pending[4] % MARK
end

-- A consumer may have been given its own message anew: the count of deliveries tells the two apart.
local function owns(run, entry)
  return (run.counts[entry] or delivery_count(run, entry)) == run.deliveries
end

-- Acknowledgements with nothing to go with them of jobs, whose ids are then free: of the latter the own arguments are removed as well.
local FREEING = { freed = true, spent = true }

-- Reads what the settlements of a run have in common but for where they are: consumer, deliveries, outcome, the least and the
-- greatest of the entries, how many, entries. What else there is to say of each of them follows. Of one that is acknowledged
-- with nothing to go with it that is the id of the job, which is 'freed' or 'spent'; and nothing where it has none, and is 'done'.
local function read_entries(run)
  run.consumer, run.deliveries, run.outcome = argument(), number(), argument()
  run.least, run.greatest, run.entries = argument(), argument(), {}
  for i = 1, number() do run.entries[i] = argument() end
  run.counts = delivery_counts(run)
  if FREEING[run.outcome] then
    run.ids = {}
    for i = 1, #run.entries do run.ids[i] = argument() end
    look_up(JOBS, run.ids)
  end
  return run
end

-- Ends a message that nothing goes with. The id of a job is free again.
local function acknowledge(run, place)
  local entry, id = run.entries[place], run.ids and run.ids[place]
  if has_ended(run, entry) or not owns(run, entry) then return LOST end
  if id then
    local ok, problem = attempt(free_id, { run = run, entry = entry, id = id })
    if not ok then return message_of(problem) end
    if run.outcome == 'spent' then discarded[#discarded + 1] = bucket_key(id .. '${OWN_ARGS}') end
  end
  remove_entry(run, entry)
  return DONE
end

-- Reads how many runs, and runs, each by read_run. Answers for those that were not done, by their place among all: place, and 0 where ownership
-- was lost, or what went wrong.
local function settle_all(read_run, act_of)
  local answers, before = {}, 0
  for _ = 1, number() do
    local run = read_run()
    local act = act_of(run.outcome)
    for place = 1, #run.entries do
      local answer = act(run, place)
      if answer ~= DONE then answers[#answers + 1] = { before + place - 1, answer } end
    end
    before = before + #run.entries
  end
  remove_entries()
  return answers
end
`;
