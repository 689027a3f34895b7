import { describe, expect, it } from 'vitest';
import type { BucketBroker } from '../bucket/index.js';
import { AdjustableClock, systemClock } from '../clock/index.js';
import { messageBrokerConformance } from '../conformance/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { InMemoryBucketBroker, InMemoryMessageBroker } from './index.js';

describe('InMemoryMessageBroker in real time', () => {
  messageBrokerConformance({
    describe,
    it: it.concurrent,
    createBroker: (options) => new InMemoryMessageBroker({ ...options, clock: systemClock }),
    createBuckets: () => new InMemoryBucketBroker(),
  });
});

describe('InMemoryMessageBroker', () => {
  messageBrokerConformance({
    describe,
    it: it.concurrent,
    createBroker: (options) => new InMemoryMessageBroker(options),
    createBuckets: () => new InMemoryBucketBroker(),
    advance: (broker, milliseconds) => (broker.clock as AdjustableClock).advance(milliseconds),
  });

  it('does not share transactions with another kind of bucket broker', async () => {
    const foreign = { name: 'foreign' } as BucketBroker;
    expect(await new InMemoryMessageBroker().join(foreign)).toBe(false);
  });

  it('delivers lost messages before queued ones, in order', async () => {
    const clock = new AdjustableClock();
    const broker = new InMemoryMessageBroker({ clock, ownershipTime: '1s' });
    await broker.connect();
    const message = (text: string) => ({ channel: 'act', payload: new Uint8Array(), headers: { text } });
    await broker.publish(['a', 'b', 'c'].map(message));
    const consumer = await broker.consume({ channels: ['act'] });
    await consumer.receive(2, { wait: false });
    await clock.advance(1_000);
    const received = await consumer.receive(3, { wait: false });
    expect(received.map((delivery) => delivery.message.headers['text'])).toEqual(['a', 'b', 'c']);
    await broker.disconnect();
  });

  it('delivers lost messages in the order in which they were delivered first', async () => {
    const clock = new AdjustableClock();
    const broker = new InMemoryMessageBroker({ clock, ownershipTime: '1s' });
    await broker.connect();
    const message = (text: string) => ({ channel: 'act', payload: new Uint8Array(), headers: { text } });
    await broker.publish(['given back', 'a', 'b', 'c'].map(message));
    const consumer = await broker.consume({ channels: ['act'] });
    const [givenBack] = await consumer.receive(1, { wait: false });
    await givenBack!.settle({ outcome: { type: 'reject', headers: { text: 'given back' } } });
    const taken = await consumer.receive(4, { wait: false });
    await clock.advance(500);
    await consumer.extend([taken[0]!, taken[2]!]);
    await clock.advance(500);
    await consumer.extend([taken[2]!]);
    await clock.advance(500);
    await clock.advance(500);
    const received = await consumer.receive(4, { wait: false });
    const texts = received.map((delivery) => delivery.message.headers['text']);
    expect(texts).toEqual(['a', 'b', 'c', 'given back']);
    await broker.disconnect();
  });

  it('uses the given clock', () => {
    const clock = new AdjustableClock();
    expect(new InMemoryMessageBroker({ clock }).clock).toBe(clock);
  });

  it.each([
    [
      { ownershipTim: 1 },
      'InMemoryMessageBroker has no option "ownershipTim". It has: clock, ownershipTime, maxDeliveries, deadLetters.',
    ],
    [{ ownershipTime: 'soon' }, 'Option "ownershipTime" of InMemoryMessageBroker is "soon": expected a duration'],
    [{ ownershipTime: 0 }, 'Option "ownershipTime" of InMemoryMessageBroker is 0: expected a duration above 0.'],
    [
      { maxDeliveries: 0 },
      'Option "maxDeliveries" of InMemoryMessageBroker is 0: expected a whole number of at least 1.',
    ],
    [
      { deadLetters: { maxCount: 0 } },
      'Option "deadLetters.maxCount" of InMemoryMessageBroker is 0: expected a whole number of at least 1.',
    ],
    [
      { deadLetters: { maxAge: 'for ever' } },
      'Option "deadLetters.maxAge" of InMemoryMessageBroker is "for ever": expected a duration',
    ],
    [{ deadLetters: { max: 1 } }, 'InMemoryMessageBroker has no option "deadLetters.max"'],
    [null, 'The options of InMemoryMessageBroker are null: expected an object.'],
    [{ clock: 'now' }, 'Option "clock" of InMemoryMessageBroker is "now": expected a clock'],
  ])('refuses %j', (options, message) => {
    const create = () => new InMemoryMessageBroker(options as object);
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(message);
  });
});
