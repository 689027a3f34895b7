import { type Cluster, Command } from 'ioredis';

/** The slot of a cluster that the key lies in. */
export function slotOf(key: string): number {
  return new Command('get', [key]).getSlot();
}

/**
 * True if the node that has the slot is known and connected. For other nodes ioredis queues commands, and its errors do not tell
 * those that were never sent from those whose reply was lost.
 */
export function isNodeReady(cluster: Cluster, slot: number): boolean {
  const [address] = cluster.slots[slot] ?? [];
  const node = cluster.nodes('master').find(({ options: { host, port } }) => `${host}:${port}` === address);
  return node?.status === 'ready';
}
