/** How many are sent in one call, where many are. */
export const BULK = 1_000;
