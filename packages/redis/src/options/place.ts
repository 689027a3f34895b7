import type { ClusterNode, RedisOptions } from 'ioredis';

/** An address for messages, and one for comparison. Neither holds a user name or a password. */
interface Place {
  readonly place: string;
  readonly identity: string | undefined;
}

const DEFAULT_HOST = 'localhost';
const DEFAULT_PORT = 6_379;

/** The address of a server. */
export function placeOf(options: RedisOptions): Place {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, path, sentinels, name, Connector } = options;
  const place = path || (sentinels ? placeOfMaster(name, sentinels) : `${host}:${port}`);
  return { place, identity: Connector ? undefined : place };
}

/** The address of a cluster, by its nodes. */
export function clusterPlace(nodes: readonly ClusterNode[]): Place {
  const place = `cluster ${nodes.map(placeOfNode).join(', ')}`;
  return { place, identity: undefined };
}

function placeOfMaster(name: string | undefined, sentinels: NonNullable<RedisOptions['sentinels']>): string {
  const places = sentinels.map(({ host = DEFAULT_HOST, port = 26_379 }) => `${host}:${port}`);
  return `master "${name}" of sentinels ${places.join(', ')}`;
}

function placeOfNode(node: ClusterNode): string {
  if (typeof node === 'number') return `${DEFAULT_HOST}:${node}`;
  if (typeof node === 'object') return `${node.host ?? DEFAULT_HOST}:${node.port ?? DEFAULT_PORT}`;
  const [, place = ''] = /^(?:\w+:\/\/)?(?:[^@]*@)?([^/?]*)/.exec(node) ?? [];
  return place;
}
