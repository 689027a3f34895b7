import { LIMITS } from '../options/defaults.js';
import { askTime } from './introduction.js';
import { pause } from './pause.js';
import type { Client, ClientSource } from './source.js';

/** True where the server answers over a new connection, soon. */
export async function isServerAlive(source: ClientSource, key: string): Promise<boolean> {
  const client = source.make('repid-probe');
  client.on('error', () => undefined);
  try {
    return await Promise.race([answers(client, key), pause(LIMITS.probeTimeout).then(() => false)]);
  } finally {
    client.disconnect();
  }
}

/** It answers also where it refuses. */
async function answers(client: Client, key: string): Promise<boolean> {
  try {
    await client.connect();
    await askTime(client, key);
    return true;
  } catch (problem) {
    return problem instanceof Error && problem.name === 'ReplyError';
  }
}
