import { describe, expect, it } from 'vitest';
import { AdjustableClock, systemClock } from '../clock/index.js';
import { bucketBrokerConformance } from '../conformance/index.js';
import { InMemoryBucketBroker, InMemoryMessageBroker } from './index.js';

describe('InMemoryBucketBroker in real time', () => {
  bucketBrokerConformance({
    describe,
    it: it.concurrent,
    createBuckets: () => new InMemoryBucketBroker({ clock: systemClock }),
  });
});

describe('InMemoryBucketBroker', () => {
  bucketBrokerConformance({
    describe,
    it: it.concurrent,
    createBuckets: () => new InMemoryBucketBroker(),
    createBroker: () => new InMemoryMessageBroker(),
    advance: (buckets, milliseconds) =>
      ((buckets as InMemoryBucketBroker).clock as AdjustableClock).advance(milliseconds),
  });

  it('refuses an unknown option', () => {
    const create = () => new InMemoryBucketBroker({ ttl: 1 } as object);
    expect(create).toThrow('InMemoryBucketBroker has no option "ttl". It has: clock.');
  });
});
