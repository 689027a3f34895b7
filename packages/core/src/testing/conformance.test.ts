import { describe, it } from 'vitest';
import type { MessageBroker } from '../broker/index.js';
import { bucketBrokerConformance, messageBrokerConformance } from '../conformance/index.js';
import { AdjustableClock } from '../clock/index.js';
import { InMemoryBucketBroker, InMemoryMessageBroker } from '../memory/index.js';
import { Faults, FaultyBucketBroker, FaultyMessageBroker, StepwiseMessageBroker } from './index.js';

const advance = (broker: MessageBroker, milliseconds: number) =>
  (broker.clock as AdjustableClock).advance(milliseconds);
const runner = { describe, it: it.concurrent };

describe('a FaultyMessageBroker without faults', () => {
  messageBrokerConformance({
    ...runner,
    createBroker: (options) => new FaultyMessageBroker(new InMemoryMessageBroker(options), new Faults()),
    createBuckets: () => new FaultyBucketBroker(new InMemoryBucketBroker(), new Faults()),
    advance,
  });
});

describe('a FaultyBucketBroker without faults', () => {
  bucketBrokerConformance({
    ...runner,
    createBuckets: () => new FaultyBucketBroker(new InMemoryBucketBroker(), new Faults()),
    createBroker: () => new FaultyMessageBroker(new InMemoryMessageBroker(), new Faults()),
  });
});

describe('a StepwiseMessageBroker', () => {
  messageBrokerConformance({
    ...runner,
    createBroker: (options) => new StepwiseMessageBroker(new InMemoryMessageBroker(options)),
    createBuckets: () => new InMemoryBucketBroker(),
    advance,
  });
});
