import { LIMITS } from '../options/defaults.js';
import { askTime } from './handshake.js';
import { pause } from './pause.js';
import { isRefusal } from './problems.js';
import type { ClientSource } from './source.js';

/** True if the server replies soon over a new connection. A refusal is a reply, too. */
export async function isServerAlive(source: ClientSource, key: string): Promise<boolean> {
  const client = source.make('repid-probe');
  client.on('error', () => undefined);
  const reply = client.connect().then(() => askTime(client, key));
  const isAlive = reply.then(() => true, isRefusal);
  try {
    return await Promise.race([isAlive, pause(LIMITS.probeTimeout).then(() => false)]);
  } finally {
    client.disconnect();
  }
}
