import assert from 'node:assert/strict';
import type { BucketBroker } from '../bucket/index.js';
import type { Condition } from '../dependency/index.js';
import type { OutgoingMessage } from '../message/index.js';
import type { BrokerFixture } from './fixture.js';

/** How a job waits. */
export interface WaitingJobOptions extends Partial<OutgoingMessage> {
  /** The condition for all the jobs that it waits for. @default 'success' */
  readonly condition?: Condition;
  /** The wait timeout, in milliseconds. @default 60000 */
  readonly timeout?: number;
}

/** A job that stores its result and waits for the results of the named jobs. */
export function waitingJob(
  fixture: BrokerFixture,
  into: BucketBroker,
  name: string,
  on: readonly string[],
  { condition = 'success', timeout = 60_000, ...more }: WaitingJobOptions = {},
): OutgoingMessage {
  const waits = on.map((each) => ({ bucketId: fixture.id(each), condition }));
  const result = { id: fixture.id(name), ttl: 60_000, into };
  return fixture.jobWithResult(name, { ...more, waits: { on: waits, timeout, result } });
}

/** The result of a job that did not succeed. */
export interface ToldResult {
  readonly success: boolean;
  readonly exception: string;
  readonly skipped?: boolean;
  readonly cancelled?: boolean;
}

/** The result of the named job, which must exist. */
export async function readResult(fixture: BrokerFixture, into: BucketBroker, name: string): Promise<ToldResult> {
  const [body] = await into.get([fixture.id(name)]);
  assert.ok(body, `a result of "${name}"`);
  return JSON.parse(body) as ToldResult;
}
