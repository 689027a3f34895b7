import type { Client } from './source.js';

/** What Redis' clock said, and when it was asked, by the process' monotonic clock. All in milliseconds. */
export interface TimeSample {
  /** Since the epoch. */
  readonly server: number;
  readonly sent: number;
  readonly received: number;
}

// A script, since that can be sent to the node of a cluster that has the key. It deletes what is not there: that grows nothing, so that
// a full server runs it as well, and a replica does not.
const TIME = `
local deleted = redis.pcall('DEL', KEYS[1])
if type(deleted) == 'table' and string.find(deleted.err, 'READONLY', 1, true) then return deleted end
return redis.call('TIME')`;

/**
 * Asks the server that has `key` for its time. It is refused where commands of ours would be: while the server loads, without
 * the permission for the key, on a replica, or on a node of a cluster that does not have it.
 *
 * @param key one that is never there
 */
export async function askTime(client: Client, key: string): Promise<TimeSample> {
  const sent = performance.now();
  const [seconds, micros] = (await client.call('EVAL', [TIME, 1, key])) as [string, string];
  return { server: Number(seconds) * 1_000 + Number(micros) / 1_000, sent, received: performance.now() };
}

/** How a server knows a connection. */
export interface Identity {
  readonly id: string;
  /** Of the client, as the server sees it. Another connection never has both: after a restart ids begin anew. */
  readonly address: string;
}

/** What a server has said first over a connection. */
export interface Introduction {
  readonly time: TimeSample;
  /** Undefined on a cluster, and where we may not ask for it, or end a connection. */
  readonly identity: Identity | undefined;
}

/** What comes first is to know. */
export interface IntroductionOptions {
  readonly database: number;
  /** A key of ours that is never there. */
  readonly key: string;
  /** The connection before this one. */
  readonly predecessor: Identity | undefined;
}

/**
 * What comes first over each connection, whenever it was made anew. ioredis goes on with database 0 where it may not select
 * another; so we select it ourselves, and nothing else is sent before that is answered.
 *
 * The server ends the connection before this one, which may not have noticed that it is dead: what is still on its way over it
 * is not carried out any more, and messages are not given to it.
 */
export async function introduce(client: Client, options: IntroductionOptions): Promise<Introduction> {
  const { database, key, predecessor } = options;
  // Not in lower case, or ioredis would select it behind our back as well.
  const selected = database === 0 ? undefined : client.call('SELECT', [database]);
  const mayKill = client.isCluster ? Promise.resolve(false) : endPredecessor(client, predecessor);
  const asked = askTime(client, key);
  asked.catch(() => undefined); // Where the first is refused, nobody waits for the second.
  await selected;
  const time = await asked;
  return { time, identity: (await mayKill) ? await identityOf(client) : undefined };
}

/** False where the server does not let us do it. */
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
