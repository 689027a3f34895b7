import { InvalidOptionError, show } from '../errors/index.js';

/**
 * A colon separates the parts of a broker's keys, and an `@` separates a job's state from its channel. A channel name
 * contains neither.
 */
const CHANNEL_NAME = /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/;

/** Brokers use this name for other data, so no channel may have it. */
const RESERVED = 'bucket';

/** The prefix of reply channels. Once the requesting process has ended, nothing consumes its reply channel. */
export const REPLY_CHANNELS = 'repid-replies.';

/** The rule for channel names, for errors. */
export const CHANNEL_NAME_RULE =
  'a letter, a digit or "_", then letters, digits, "_", ".", "-", "/"; "bucket" is reserved';

/**
 * True for a valid channel name: a letter, a digit or `_`, then letters, digits, `_`, `.`, `-` and `/`; not `bucket`.
 */
export function isChannelName(name: unknown): name is string {
  return typeof name === 'string' && CHANNEL_NAME.test(name) && name !== RESERVED;
}

/** @throws InvalidOptionError for an invalid channel name */
export function checkChannelName(name: unknown): asserts name is string {
  if (!isChannelName(name)) {
    throw new InvalidOptionError(`Channel ${show(name)} is not a channel name: expected ${CHANNEL_NAME_RULE}.`);
  }
}
