/** Where jobs are, as the one hash of all jobs says it. */
export const locations = /* lua */ `
-- Locations, by job id: 'd' and the stamp of its delay for delayed; 'w' for waiting, or for waiting for a single bucket 's' or 'o' and the
-- bucket's id; or a priority's letter (h, m, l) and the entry's id in that stream; then '@' and the channel's name, which has no '@'.
-- The id of a bucket that the result of another job goes to is '>' and that job's id.

local function location_at(c, letter, detail)
  return letter .. detail .. '@' .. name_of(c)
end

-- The id of the job that has this name for its result; nil for a location.
local function owner_in(location)
  return string.byte(location) == 62 and string.sub(location, 2) or nil
end

-- Its id is free, and so is that of its result, if it is another.
local function forget_job(id, result)
  change(HASH, JOBS, id, false)
  if result and result ~= id and value_of(HASH, JOBS, result) == '>' .. id then change(HASH, JOBS, result, false) end
end
`;
