import type { Cluster, Redis } from 'ioredis';

/** Handles a promise that ioredis leaves unhandled: that of ASKING, sent to the node that a slot is moving to. */
export function holdPromises(cluster: Cluster): Cluster {
  return cluster.on('+node', (node: Redis) => {
    const ask = node.asking.bind(node);
    node.asking = () => {
      const asked = ask();
      asked.catch(() => undefined);
      return asked;
    };
  });
}
