import { InvalidOptionError } from '../errors/index.js';

const CHANNEL_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** True where the text may name a channel: a letter or `_`, then letters, digits, `_`, `.` and `-`. */
export function isChannelName(name: unknown): name is string {
  return typeof name === 'string' && CHANNEL_NAME.test(name);
}

/** @throws InvalidOptionError when the text may not name a channel */
export function checkChannelName(name: unknown): asserts name is string {
  if (!isChannelName(name)) {
    throw new InvalidOptionError(
      `Channel ${JSON.stringify(name)} is not a channel name. Begin with a letter or "_", go on with letters, digits, "_", "." and "-".`,
    );
  }
}
