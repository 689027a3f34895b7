import type { Client } from './source.js';

/** What Redis' clock said, and when it was asked, by the process' monotonic clock. All in milliseconds. */
export interface TimeSample {
  /** Since the epoch. */
  readonly server: number;
  readonly sent: number;
  readonly received: number;
}

// A script, since that can be sent to the node of a cluster that has the key. It writes nothing, so that a full server runs it as well.
const TIME = "return redis.call('TIME')";

/**
 * Asks the server that has `key` for its time. It is refused where commands of ours would be: while the server loads, without
 * the permission for the key, or on a node of a cluster that does not have it.
 */
export async function askTime(client: Client, key: string): Promise<TimeSample> {
  const sent = performance.now();
  const [seconds, micros] = (await client.call('EVAL', [TIME, 1, key])) as [string, string];
  return { server: Number(seconds) * 1_000 + Number(micros) / 1_000, sent, received: performance.now() };
}

/**
 * What comes first over each connection, whenever it was made anew. ioredis goes on with database 0 where it may not select
 * another; so we select it ourselves, and nothing else is sent before that is answered.
 */
export async function introduce(client: Client, database: number, key: string): Promise<TimeSample> {
  // Not in lower case, or ioredis would select it behind our back as well.
  const selected = database === 0 ? undefined : client.call('SELECT', [database]);
  const asked = askTime(client, key);
  asked.catch(() => undefined); // Where the first is refused, nobody waits for the second.
  await selected;
  return asked;
}
