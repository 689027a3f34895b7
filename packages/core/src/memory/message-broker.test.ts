import { describe, expect, it } from 'vitest';
import { AdjustableClock } from '../clock/index.js';
import { messageBrokerConformance } from '../conformance/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { InMemoryBucketBroker, InMemoryMessageBroker } from './index.js';

describe('InMemoryMessageBroker', () => {
  messageBrokerConformance({
    describe,
    it: it.concurrent,
    createBroker: (options) => new InMemoryMessageBroker(options),
    createBuckets: () => new InMemoryBucketBroker(),
    advance: (broker, milliseconds) => (broker.clock as AdjustableClock).advance(milliseconds),
  });

  it('does not join a broker of another kind', async () => {
    const foreign = Object.create(new InMemoryBucketBroker(), {}) as object;
    Object.setPrototypeOf(foreign, null);
    expect(await new InMemoryMessageBroker().join(foreign as InMemoryBucketBroker)).toBe(false);
  });

  it('runs by the clock that it is given', () => {
    const clock = new AdjustableClock();
    expect(new InMemoryMessageBroker({ clock }).clock).toBe(clock);
  });

  it.each([
    [{ ownershipTim: 1 }, 'InMemoryMessageBroker has no option "ownershipTim". Known options: clock, ownershipTime, maxDeliveries.'],
    [{ ownershipTime: 'soon' }, 'Option "ownershipTime" of InMemoryMessageBroker is "soon". Give milliseconds above 0, or text such as "30s".'],
    [{ ownershipTime: 0 }, 'Option "ownershipTime" of InMemoryMessageBroker is 0.'],
    [{ maxDeliveries: 0 }, 'Option "maxDeliveries" of InMemoryMessageBroker is 0. Give a whole number, 1 or more.'],
    [{ clock: 'now' }, 'Option "clock" of InMemoryMessageBroker is "now".'],
  ])('refuses %j', (options, message) => {
    const create = () => new InMemoryMessageBroker(options as object);
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(message);
  });
});
