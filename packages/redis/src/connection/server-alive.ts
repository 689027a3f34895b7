import { LIMITS } from '../options/defaults.js';
import { askTime } from './handshake.js';
import { pause } from './pause.js';
import type { Client, ClientSource } from './source.js';

/** True where the server answers soon over a new connection. */
export async function isServerAlive(source: ClientSource, key: string): Promise<boolean> {
  const client = source.make('repid-probe');
  client.on('error', () => undefined);
  try {
    return await Promise.race([answers(client, key), pause(LIMITS.probeTimeout).then(() => false)]);
  } finally {
    client.disconnect();
  }
}

/** A refusal is an answer, too. */
async function answers(client: Client, key: string): Promise<boolean> {
  try {
    await client.connect();
    await askTime(client, key);
    return true;
  } catch (problem) {
    return problem instanceof Error && problem.name === 'ReplyError';
  }
}
