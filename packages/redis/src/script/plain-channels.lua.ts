/** The channels of a call that publishes plain messages. */
export const plainChannels = /* lua */ `
-- KEYS      of each channel the medium stream and the index

local function channel(n)
  return { number = n, stream = KEYS[2 * n - 1], index = KEYS[2 * n] }
end
`;
