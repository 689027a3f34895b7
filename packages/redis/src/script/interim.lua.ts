/** To go: what another branch brings. */
export const interim = /* lua */ `
local PROBE = KEYS[3] .. ':probe'
local attempt = pcall
local function allow_growth()
  redis.call('DEL', PROBE)
end
`;
