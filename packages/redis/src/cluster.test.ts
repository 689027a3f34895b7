import { bucketBrokerConformance, messageBrokerConformance } from '@repid/core/conformance';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { type TestCluster, startCluster } from '../../../test/support/redis-cluster.js';
import { RedisBucketBroker, RedisMessageBroker } from './index.js';

describe('on a cluster of three', () => {
  let stage: TestCluster;
  beforeAll(async () => void (stage = await startCluster()));
  afterAll(() => stage.stop());

  describe('RedisMessageBroker', () => {
    messageBrokerConformance({
      describe,
      it,
      createBroker: (options) => new RedisMessageBroker(stage.cluster, options),
      createBuckets: () => new RedisBucketBroker(stage.cluster),
      insertMalformed: async (_, channel) =>
        void (await stage.cluster.xadd(`{repid}:${channel}`, '*', 'nonsense', 'yes')),
      interrupt: async (broker) => {
        for (const node of stage.nodes) await node.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        // Until the cut has come through, a bare message may be sent into it, which is reported and not sent again.
        await vi.waitFor(() => broker.locate('job'));
      },
    });
  });

  describe('RedisBucketBroker', () => {
    bucketBrokerConformance({
      describe,
      it,
      createBuckets: () => new RedisBucketBroker(stage.cluster),
      createBroker: () => new RedisMessageBroker(stage.cluster),
    });
  });
});
