/** Scripts in lua/fast. Each does the same as general commands, in the cases that its head names. */
export const FAST_PATHS = [
  'publish_one',
  'publish_simple',
  'acknowledge',
  'acknowledge_and_fetch',
  'settle_results',
] as const;

/** The name of a fast path. */
export type FastPath = (typeof FAST_PATHS)[number];

/** Those that a broker uses. */
export type FastPaths = ReadonlySet<FastPath>;
