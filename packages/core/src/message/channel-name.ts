import { InvalidOptionError, show } from '../errors/index.js';

/** A colon parts the names in a broker's keys, and an `@` a job's place from its channel, so neither can be in a name. */
const CHANNEL_NAME = /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/;

/** What brokers keep beside their channels goes by this name, so no channel can have it. */
const RESERVED = 'bucket';

/** How the names of channels begin that replies come back on. Nobody is there to read them once their asker has gone. */
export const REPLY_CHANNELS = 'repid-replies.';

/** What may name a channel, as errors say it. */
export const CHANNEL_NAME_RULE =
  'a letter, a digit or "_", then letters, digits, "_", ".", "-", "/"; "bucket" is kept for Repid';

/** True where the text may name a channel: a letter, a digit or `_`, then letters, digits, `_`, `.`, `-` and `/`; not `bucket`. */
export function isChannelName(name: unknown): name is string {
  return typeof name === 'string' && CHANNEL_NAME.test(name) && name !== RESERVED;
}

/** @throws InvalidOptionError when the text may not name a channel */
export function checkChannelName(name: unknown): asserts name is string {
  if (!isChannelName(name)) {
    throw new InvalidOptionError(`Channel ${show(name)} is not a channel name: expected ${CHANNEL_NAME_RULE}.`);
  }
}
