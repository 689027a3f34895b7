/** The channels of a call that publishes what is usual. */
export const usualChannels = /* lua */ `
-- KEYS[3]   how channels' keys begin
-- KEYS[4+]  blocks of four, one per channel: stream, index, waiting, control

local channels = {}

local function channel(n)
  local c = channels[n]
  if not c then
    local at = 3 + (n - 1) * 4
    c = {
      stream = KEYS[at + 1], index = KEYS[at + 2], waiting = KEYS[at + 3], control = KEYS[at + 4],
      name = string.sub(KEYS[at + 1], #KEYS[3] + 1), ids = {}, numbers = {}, seen = {}, located = {}, deadlines = {}, earliest = math.huge,
    }
    channels[n] = c
  end
  return c
end
`;
