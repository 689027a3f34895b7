import type { Cluster, Redis } from 'ioredis';

/** A cluster asks the node that a slot is moving to, and leaves the promise of that to itself: it is held here. */
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
