import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import getPort from 'get-port';
import { type RedisServer, startServer } from './redis-server.js';

const SIZE = 3;
const SLOTS = 16_384;
const STARTUP_TIMEOUT = 20_000;
const POLL_INTERVAL = 50;

/** A Redis Cluster for tests: three masters, no replicas. */
export interface TestCluster {
  /** For a broker, which duplicates it. */
  readonly cluster: Cluster;
  /** Direct connections to the nodes. */
  readonly nodes: readonly Redis[];
  stop(): Promise<void>;
}

interface Node {
  readonly server: RedisServer;
  readonly busPort: number;
  readonly redis: Redis;
}

/** Starts the nodes, assigns the slots and joins the nodes. Resolves when the cluster is ready. */
export async function startCluster(): Promise<TestCluster> {
  const nodes = await Promise.all(Array.from({ length: SIZE }, startNode));
  await assignSlots(nodes);
  for (const node of nodes) await join(node, nodes);
  await waitUntilReady(nodes);
  const cluster = new Cluster(nodes.map(({ server }) => server.url));
  return {
    cluster,
    nodes: nodes.map(({ redis }) => redis),
    stop: async () => {
      cluster.disconnect();
      for (const { redis } of nodes) redis.disconnect();
      await Promise.all(nodes.map(({ server }) => server.stop()));
    },
  };
}

async function startNode(): Promise<Node> {
  // The default bus port is the port plus 10,000, which may be in use or invalid.
  const busPort = await getPort({ host: '127.0.0.1' });
  const server = await startServer({ 'cluster-enabled': 'yes', 'cluster-port': busPort });
  const redis = new Redis(server.url);
  redis.on('error', () => undefined);
  return { server, busPort, redis };
}

async function assignSlots(nodes: readonly Node[]): Promise<void> {
  const share = Math.ceil(SLOTS / nodes.length);
  for (const [n, { redis }] of nodes.entries()) {
    await redis.cluster('SET-CONFIG-EPOCH', n + 1);
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', n * share, Math.min((n + 1) * share, SLOTS) - 1);
  }
}

async function join(node: Node, nodes: readonly Node[]): Promise<void> {
  for (const other of nodes) {
    if (other !== node) await node.redis.call('CLUSTER', 'MEET', '127.0.0.1', other.server.port, other.busPort);
  }
}

async function waitUntilReady(nodes: readonly Node[]): Promise<void> {
  const deadline = performance.now() + STARTUP_TIMEOUT;
  while (!(await Promise.all(nodes.map(({ redis }) => isReady(redis)))).every(Boolean)) {
    if (performance.now() > deadline) throw new Error(`The cluster was not ready within ${STARTUP_TIMEOUT} ms.`);
    await sleep(POLL_INTERVAL);
  }
}

async function isReady(redis: Redis): Promise<boolean> {
  const info = String(await redis.call('CLUSTER', 'INFO'));
  const slots = (await redis.call('CLUSTER', 'SLOTS')) as unknown[];
  return info.includes('cluster_state:ok') && slots.length === SIZE;
}
