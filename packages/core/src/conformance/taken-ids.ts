import assert from 'node:assert/strict';
import { DuplicateJobError, type TakenBy } from '../errors/index.js';
import type { OutgoingMessage } from '../message/index.js';
import type { BrokerFixture } from './fixture.js';

/** The parts of a refusal to check. */
export interface ExpectedRefusal {
  /** The id that is taken. */
  readonly id?: string;
  /** The channel of the refused job. */
  readonly channel?: string;
  readonly takenBy?: TakenBy;
}

/** Fails unless publishing is refused because an id is taken. */
export async function expectTaken(
  fixture: BrokerFixture,
  messages: readonly OutgoingMessage[],
  { id, channel, takenBy }: ExpectedRefusal = {},
): Promise<void> {
  await assert.rejects(fixture.broker.publish(messages), (problem: unknown) => {
    assert.ok(problem instanceof DuplicateJobError, `DuplicateJobError, got ${String(problem)}`);
    if (id !== undefined) assert.equal(problem.jobId, id);
    if (channel !== undefined) assert.equal(problem.channel, channel);
    if (takenBy !== undefined) assert.deepEqual(problem.takenBy, takenBy);
    return true;
  });
}
