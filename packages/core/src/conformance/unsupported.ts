import assert from 'node:assert/strict';
import type { MessageBrokerCapabilities } from '../broker/index.js';
import { UnsupportedError } from '../errors/index.js';
import type { BrokerFixture } from './fixture.js';

type Request = (fixture: BrokerFixture) => Promise<unknown>;

/**
 * Requests that need each capability. No request needs atomic settlement: without it, brokers commit the parts in a
 * safe order.
 */
const REQUESTS: Readonly<Record<keyof MessageBrokerCapabilities, readonly Request[]>> = {
  delay: [
    (fixture) => fixture.broker.publish([fixture.message('later', { delay: 1_000 })]),
    (fixture) => fixture.broker.publish([fixture.message('later', { dueAt: fixture.broker.clock.now() + 1_000 })]),
  ],
  priority: [(fixture) => fixture.broker.publish([fixture.message('first', { priority: 'high' })])],
  jobIds: [
    (fixture) => fixture.broker.publish([fixture.job('job')]),
    ({ broker }) => broker.locate('job'),
    ({ broker }) => broker.inspect('job'),
    ({ broker }) => broker.cancel('job'),
  ],
  dependencies: [
    (fixture) =>
      fixture.broker.publish([
        fixture.job('later', { waits: { on: [{ bucketId: 'first', condition: 'success' }], timeout: 1_000 } }),
      ]),
  ],
  atomicSettlement: [],
  deadLetters: [
    ({ broker, channel }) => broker.channels.deadLetters(channel, 1),
    ({ broker, channel }) => broker.channels.replayDeadLetters(channel),
    ({ broker, channel }) => broker.channels.deleteDeadLetters(channel, ['1']),
  ],
  administration: [
    ({ broker, channel }) => broker.channels.declare(channel),
    ({ broker, channel }) => broker.channels.stats(channel),
    ({ broker, channel }) => broker.channels.peek(channel, 1),
    ({ broker, channel }) => broker.channels.pause(channel),
    ({ broker, channel }) => broker.channels.resume(channel),
    ({ broker, channel }) => broker.channels.purge(channel),
    ({ broker, channel }) => broker.channels.delete(channel),
  ],
};

/** Fails unless the broker refuses every request that needs the missing capability, and names it. */
export async function expectUnsupported(
  fixture: BrokerFixture,
  capability: keyof MessageBrokerCapabilities,
): Promise<void> {
  for (const request of REQUESTS[capability]) {
    await assert.rejects(request(fixture), (problem: unknown) => {
      assert.ok(problem instanceof UnsupportedError, `UnsupportedError for "${capability}", got ${String(problem)}`);
      assert.match(problem.message, new RegExp(`"${capability}"`));
      return true;
    });
  }
}
