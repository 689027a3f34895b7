import type { ClusterNode, RedisOptions } from 'ioredis';

/** Where Redis is. Neither text holds a user name or a password. */
export interface Address {
  /** Host and port, for people. */
  readonly address: string;
  /** The same for connections to one server or cluster with the same address; undefined if that is not known. */
  readonly identity: string | undefined;
}

const DEFAULT_HOST = 'localhost';
const DEFAULT_PORT = 6_379;

/** The address of a server. */
export function addressOf(options: RedisOptions): Address {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, path, sentinels, name, Connector } = options;
  const address = path || (sentinels ? masterAddress(name, sentinels) : `${host}:${port}`);
  return { address, identity: Connector ? undefined : address };
}

/** The address of a cluster, by its nodes. */
export function clusterAddress(nodes: readonly ClusterNode[]): Address {
  const address = `cluster ${nodes.map(nodeAddress).join(', ')}`;
  return { address, identity: undefined };
}

function masterAddress(name: string | undefined, sentinels: NonNullable<RedisOptions['sentinels']>): string {
  const addresses = sentinels.map(({ host = DEFAULT_HOST, port = 26_379 }) => `${host}:${port}`);
  return `master "${name}" of sentinels ${addresses.join(', ')}`;
}

function nodeAddress(node: ClusterNode): string {
  if (typeof node === 'number') return `${DEFAULT_HOST}:${node}`;
  if (typeof node === 'object') return `${node.host ?? DEFAULT_HOST}:${node.port ?? DEFAULT_PORT}`;
  const [, address = ''] = /^(?:\w+:\/\/)?(?:[^@]*@)?([^/?]*)/.exec(node) ?? [];
  return address;
}
