/** Asking Redis whether it takes writes, before anything is written. */
export const growth = /* lua */ `
-- A server that is full refuses the first write of a script that may grow, and no later one. One that is read-only, can't save or has too few
-- replicas refuses every write. So after one of these, nothing is refused midway for such a reason.

-- For acts that add something: raises where the server is full.
local function require_growth()
  redis.call('SETRANGE', PROBE, 0, '')
end

-- For acts that end something: they are carried out on a full server too, since they leave less behind than they find.
local function allow_growth()
  redis.call('DEL', PROBE)
end

-- For looks: raises on a replica, which may not have what the master has.
local function require_master()
  redis.call('DEL', PROBE)
end
`;
