import assert from 'node:assert/strict';
import type { BucketBroker } from '../bucket/index.js';
import type { Condition } from '../dependency/index.js';
import type { OutgoingMessage } from '../message/index.js';
import type { BrokerFixture } from './fixture.js';

/** How a job is to wait. */
export interface WaitingJobOptions extends Partial<OutgoingMessage> {
  /** What it needs of those that it waits for. @default 'success' */
  readonly condition?: Condition;
  /** How long it waits, in milliseconds. @default 60000 */
  readonly timeout?: number;
}

/** A job that stores its result, and waits for the results of jobs of these names. */
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

/** What a result says, of those of a job that did not succeed. */
export interface ToldResult {
  readonly success: boolean;
  readonly exception: string;
  readonly skipped?: boolean;
  readonly cancelled?: boolean;
}

/** The result of the job of this name, which must be there. */
export async function readResult(fixture: BrokerFixture, into: BucketBroker, name: string): Promise<ToldResult> {
  const [body] = await into.get([fixture.id(name)]);
  assert.ok(body, `a result of "${name}"`);
  return JSON.parse(body) as ToldResult;
}
