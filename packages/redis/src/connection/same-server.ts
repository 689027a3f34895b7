import { randomUUID } from 'node:crypto';
import { Connection } from './connection.js';
import type { ConnectionSettings } from './link.js';
import type { ClientSource } from './source.js';

/** How a broker reaches Redis. */
interface Access {
  readonly source: ClientSource;
  readonly settings: ConnectionSettings;
  /** A connection that is open. */
  readonly commands: Connection;
}

/**
 * True if both lead to the same database of the same server, or to the same cluster. It writes nothing, so it works on a full server, and
 * needs no more permissions than the scripts. If the addresses differ, one subscribes to a unique pub/sub channel and the other publishes
 * to it: Redis returns the number of receivers. For clusters, the ids of nodes are compared.
 */
export async function isSameServer(one: Access, other: Access): Promise<boolean> {
  if (one.source.cluster !== other.source.cluster || one.source.database !== other.source.database) return false;
  if (one.source.isAlike(other.source)) return true;
  return one.source.cluster ? haveCommonNode(one, other) : canHear(one, other);
}

async function canHear({ source, settings }: Access, { commands }: Access): Promise<boolean> {
  const channel = `${settings.key}:${randomUUID()}`;
  const listening = new Connection(source, 'repid-join', settings);
  try {
    await listening.open();
    await listening.sendAgain((client) => client.subscribe(channel));
    return (await commands.sendAgain((client) => client.publish(channel, ''))) > 0;
  } finally {
    listening.close();
  }
}

type Slots = readonly (readonly [
  from: number,
  to: number,
  ...nodes: (readonly [host: string, port: number, id: string])[],
])[];

async function haveCommonNode(one: Access, other: Access): Promise<boolean> {
  const [ours, theirs] = await Promise.all([nodesOf(one), nodesOf(other)]);
  return theirs.some((id) => ours.includes(id));
}

async function nodesOf({ commands }: Access): Promise<readonly string[]> {
  const slots = (await commands.sendAgain((client) => client.call('CLUSTER', ['SLOTS']))) as Slots;
  return slots.flatMap(([, , ...nodes]) => nodes.map(([, , id]) => id));
}
