import assert from 'node:assert/strict';
import type { MessageBrokerCapabilities } from '../broker/index.js';
import { UnsupportedError } from '../errors/index.js';
import type { Stage } from './stage.js';

type Request = (stage: Stage) => Promise<unknown>;

/** What asks for each capability. Nothing asks for an atomic settlement: without it, parts are committed in a safe order. */
const REQUESTS: Readonly<Record<keyof MessageBrokerCapabilities, readonly Request[]>> = {
  delay: [
    (stage) => stage.broker.publish([stage.message('later', { delay: 1_000 })]),
    (stage) => stage.broker.publish([stage.message('later', { dueAt: stage.broker.clock.now() + 1_000 })]),
  ],
  priority: [(stage) => stage.broker.publish([stage.message('first', { priority: 'high' })])],
  jobIds: [
    (stage) => stage.broker.publish([stage.job('job')]),
    ({ broker }) => broker.locate('job'),
    ({ broker }) => broker.inspect('job'),
    ({ broker }) => broker.cancel('job'),
  ],
  dependencies: [
    (stage) =>
      stage.broker.publish([
        stage.job('later', { waits: { on: [{ bucketId: 'first', condition: 'success' }], timeout: 1_000 } }),
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

/** Fails unless the broker refuses, by the capability's name, all that asks for what it lacks. */
export async function expectRefusal(stage: Stage, capability: keyof MessageBrokerCapabilities): Promise<void> {
  for (const request of REQUESTS[capability]) {
    await assert.rejects(request(stage), (problem: unknown) => {
      assert.ok(problem instanceof UnsupportedError, `UnsupportedError for "${capability}", got ${String(problem)}`);
      assert.match(problem.message, new RegExp(`"${capability}"`));
      return true;
    });
  }
}
