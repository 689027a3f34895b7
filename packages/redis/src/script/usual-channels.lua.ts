/** The channels of a call that publishes what is usual. */
export const usualChannels = /* lua */ `
-- KEYS[3]   how channels' keys begin
-- KEYS[5+]  blocks of three, one per channel: stream, waiting, control

local channels = {}

local function channel(n)
  local c = channels[n]
  if not c then
    local at = 4 + (n - 1) * 3
    c = {
      stream = KEYS[at + 1], waiting = KEYS[at + 2], control = KEYS[at + 3],
      name = string.sub(KEYS[at + 1], #KEYS[3] + 1), deadlines = {}, earliest = math.huge,
    }
    channels[n] = c
  end
  return c
end
`;
