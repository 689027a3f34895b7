import type { Client } from './source.js';

/** The time of Redis' clock, and when it was asked for and received, by the process' monotonic clock. In milliseconds. */
export interface TimeSample {
  /** Since the epoch. */
  readonly server: number;
  readonly sent: number;
  readonly received: number;
}

// A script, because scripts are sent to the cluster node that has the key. It deletes a key that never exists: a full server allows that,
// and a replica does not.
const TIME = `
local deleted = redis.pcall('DEL', KEYS[1])
if type(deleted) == 'table' and string.find(deleted.err, 'READONLY', 1, true) then return deleted end
return redis.call('TIME')`;

/**
 * Asks the server that has `key` for its time. The server refuses it whenever it would refuse other commands: while it loads, without the
 * permission for the key, on a replica, or on a cluster node that does not have the key.
 *
 * @param key a key that never exists
 */
export async function askTime(client: Client, key: string): Promise<TimeSample> {
  const sent = performance.now();
  const [seconds, micros] = (await client.call('EVAL', [TIME, 1, key])) as [string, string];
  return { server: Number(seconds) * 1_000 + Number(micros) / 1_000, sent, received: performance.now() };
}

/** How a server knows a connection. */
export interface Identity {
  readonly id: string;
  /** Of the client, as the server sees it. The id alone is not unique: a restarted server begins again at 1. */
  readonly address: string;
}

/**
 * The first commands over each new connection. If ioredis may not select another database, it goes on with database 0. So we select it
 * ourselves and send nothing before the reply.
 *
 * The server is told to close the previous connection, which may be half open: commands on their way over it are then not carried out, and
 * no messages are given to it.
 *
 * @param key a key that never exists
 * @param predecessor the connection before this one
 * @returns the server's time; and how the server knows the connection. That is undefined on a cluster, or if the user has no permission for
 *   CLIENT INFO or CLIENT KILL
 */
export async function handshake(
  client: Client,
  database: number,
  key: string,
  predecessor: Identity | undefined,
): Promise<{ readonly time: TimeSample; readonly identity: Identity | undefined }> {
  // In upper case: ioredis tracks "select" and would also select the database itself.
  const selected = database === 0 ? undefined : client.call('SELECT', [database]);
  const mayKill = client.isCluster ? Promise.resolve(false) : endPredecessor(client, predecessor);
  const asked = askTime(client, key);
  asked.catch(() => undefined); // Not awaited if SELECT is refused.
  await selected;
  const time = await asked;
  return { time, identity: (await mayKill) ? await identityOf(client) : undefined };
}

/** Returns false if the server does not allow it. */
async function endPredecessor(client: Client, predecessor: Identity | undefined): Promise<boolean> {
  if (predecessor === undefined) return true;
  const { id, address } = predecessor;
  return client.call('CLIENT', ['KILL', 'ID', id, 'ADDR', address]).then(
    () => true,
    () => false,
  );
}

async function identityOf(client: Client): Promise<Identity | undefined> {
  const text = String(await client.call('CLIENT', ['INFO']).catch(() => ''));
  const [, id, address] = /^id=(\d+) addr=(\S+) /.exec(text) ?? [];
  return id && address ? { id, address } : undefined;
}
