import assert from 'node:assert/strict';
import type { Delivery, MessageBrokerCapabilities } from '../../broker/index.js';
import type { BucketBroker, BucketWrite } from '../../bucket/index.js';
import { InvalidOptionError, UnsupportedError } from '../../errors/index.js';
import type { OutgoingMessage } from '../../message/index.js';
import type { Scenario } from '../scenario.js';
import { ack, reasonOf, reject, retry } from '../settlements.js';
import { argsBucket, type BrokerFixture, textOf } from '../fixture.js';

/** A field of a message, and an invalid value. */
type BadField = readonly [what: string, fields: Record<string, unknown>];

const LONG = 'x'.repeat(513);
const WIDE = '€'.repeat(171);
const HALF = 'half \ud83d';
const BEYOND = 100 * 366 * 86_400_000;

const BAD_FIELDS: readonly BadField[] = [
  ['an invalid channel name', { channel: 'my channel' }],
  ['no channel', { channel: undefined }],
  ['a payload that is text', { payload: 'text' }],
  ['no payload', { payload: undefined }],
  ['no headers', { headers: undefined }],
  ['headers that are a list', { headers: ['topic'] }],
  ['a header that is a number', { headers: { topic: 'act', x: 1 } }],
  ['a header that is undefined', { headers: { topic: 'act', x: undefined } }],
  ['a header named __proto__', { headers: JSON.parse('{"__proto__":"x"}') as unknown }],
  ['a content type that is not text', { contentType: 5 }],
  ['a lone surrogate in its content type', { contentType: HALF }],
  ['a reply address that is not text', { replyTo: {} }],
  ['a lone surrogate in its reply address', { replyTo: HALF }],
];

const BAD_IDS: readonly BadField[] = [
  ['an id that is a number', { id: 5 }],
  ['an id that is null', { id: null }],
  ['an empty id', { id: '' }],
  ['an id of too many bytes', { id: LONG }],
  ['an id of too many bytes in few characters', { id: WIDE }],
  ['a lone surrogate in its id', { id: HALF }],
  ['a result bucket that is not text', { id: 'job', resultId: 5 }],
  ['an empty result bucket', { id: 'job', resultId: '' }],
];

const BAD_TIMES: readonly BadField[] = [
  ['a negative delay', { delay: -1 }],
  ['a delay that is NaN', { delay: Number.NaN }],
  ['an infinite delay', { delay: Number.POSITIVE_INFINITY }],
  ['a delay of more than a hundred years', { delay: BEYOND }],
  ['a delay that is text', { delay: '5s' }],
  ['a time before 1970', { dueAt: -1 }],
  ['a time that is NaN', { dueAt: Number.NaN }],
  ['a time beyond the range of Date', { dueAt: 8.64e15 + 1 }],
  ['a time that is a Date', { dueAt: new Date() }],
];

const BAD_PRIORITIES: readonly BadField[] = [
  ['an unknown priority', { priority: 'urgent' }],
  ['a priority that is a number', { priority: 1 }],
];

const BAD_WAITS: readonly BadField[] = [
  ['a wait for a bucket without an id', { waits: { on: [{ bucketId: '', condition: 'success' }], timeout: 1_000 } }],
  ['a wait with an unknown condition', { waits: { on: [{ bucketId: 'first', condition: 'done' }], timeout: 1_000 } }],
  ['a wait without a timeout', { waits: { on: [{ bucketId: 'first', condition: 'success' }], timeout: Number.NaN } }],
];

const BAD_BUCKETS: readonly BadField[] = [
  ['an empty id', { id: '' }],
  ['an id that is not text', { id: 5 }],
  ['a lone surrogate in its id', { id: HALF }],
  ['a body that is not text', { body: { data: 1 } }],
  ['a TTL that is NaN', { ttl: Number.NaN }],
  ['a negative TTL', { ttl: -1 }],
  ['an infinite TTL', { ttl: Number.POSITIVE_INFINITY }],
  ['no TTL', { ttl: undefined }],
];

/** A broker refuses input that it cannot store or return unchanged. It names the input, and does nothing of the call. */
export function badInput(scenario: Scenario): void {
  refused(scenario, [], BAD_FIELDS);
  refused(scenario, ['jobIds'], BAD_IDS);
  refused(scenario, ['delay'], BAD_TIMES);
  refused(scenario, ['priority'], BAD_PRIORITIES);
  refused(scenario, ['jobIds', 'dependencies'], BAD_WAITS);
  for (const [what, fields] of BAD_BUCKETS) refusesBucket(scenario, what, fields);
  refusesForeignBuckets(scenario);
  acceptsTheWidest(scenario);
  keepsWhatIsNotSettled(scenario);
}

type Needs = readonly (keyof MessageBrokerCapabilities)[];

function refused(scenario: Scenario, needs: Needs, bad: readonly BadField[]): void {
  for (const [what, fields] of bad) {
    scenario(`refuses a message with ${what}, and publishes nothing of that call`, { needs }, async (fixture) => {
      await expectRefused(fixture, fields);
    });
    scenario(
      `refuses a settlement with a follower that has ${what}, and commits nothing`,
      { needs },
      async (fixture) => {
        await expectUnsettled(fixture, (delivery) =>
          ack(delivery, { publish: [fixture.message('good'), badMessage(fixture, fields)] }),
        );
      },
    );
  }
}

function badMessage(fixture: BrokerFixture, fields: Record<string, unknown>): OutgoingMessage {
  return { ...fixture.message('bad'), ...fields } as OutgoingMessage;
}

function refusesBucket(scenario: Scenario, what: string, fields: Record<string, unknown>): void {
  const badBucket = (into: BucketBroker): BucketWrite => ({ ...argsBucket(), into, ...fields }) as BucketWrite;

  scenario(`refuses a bucket with ${what}, and publishes nothing of that call`, async (fixture) => {
    const into = await fixture.transactionalBuckets();
    if (!into) return;
    const good = argsBucket();
    await expectRefused(fixture, { buckets: [badBucket(into)] });
    await assert.rejects(into.store([good, badBucket(into)]), InvalidOptionError);
    assert.deepEqual(await into.get([good.id]), [undefined]);
  });

  scenario(`refuses a settlement whose bucket has ${what}, and commits nothing`, async (fixture) => {
    const into = await fixture.transactionalBuckets();
    if (!into) return;
    const publish = [fixture.message('good')];
    await expectUnsettled(fixture, (delivery) => ack(delivery, { bucket: badBucket(into), publish }));
  });
}

function refusesForeignBuckets(scenario: Scenario): void {
  scenario('refuses a bucket of another store, and publishes nothing of that call', async (fixture) => {
    const into = await fixture.separateBuckets();
    if (into) await expectRefused(fixture, { buckets: [{ ...argsBucket(), into }] }, UnsupportedError);
  });
}

function acceptsTheWidest(scenario: Scenario): void {
  scenario('accepts values just within the limits', { needs: ['jobIds', 'delay', 'priority'] }, async (fixture) => {
    const id = `${fixture.channel}${'€'.repeat(150)}`.slice(0, 170);
    const headers = { topic: 'act', [HALF]: `${HALF}\u0000`, constructor: 'x' };
    const more = { id, headers, dueAt: 0, priority: 'low', contentType: '', replyTo: '' } as const;
    await fixture.broker.publish([fixture.message('now', more), fixture.message('later', { dueAt: 8.64e15 })]);
    const delivery = await fixture.receiveOne(await fixture.consumer());
    assert.equal(textOf(delivery), 'now');
    for (const [name, text] of Object.entries(headers)) assert.equal(delivery.message.headers[name], text);
    assert.equal((await fixture.broker.locate(id))?.jobId, id);
    await ack(delivery);
  });
}

function keepsWhatIsNotSettled(scenario: Scenario): void {
  for (const delay of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    scenario(`refuses a retry in ${delay} ms, and keeps the delivery`, { needs: ['delay'] }, async (fixture) => {
      await expectUnsettled(fixture, (delivery) => retry(delivery, delay));
    });

  scenario(
    'refuses a settlement with headers that are not text, and keeps the delivery',
    { needs: ['deadLetters'] },
    async (fixture) => {
      const headers = { x: 1 } as never;
      await expectUnsettled(fixture, (delivery) => reject(delivery, headers));
      const reason = reasonOf('broken');
      await expectUnsettled(fixture, (delivery) => delivery.settle({ outcome: { type: 'nack', headers, reason } }));
    },
  );
}

/** Expects that nothing of the call is done, and that its other messages can be published. */
async function expectRefused(
  fixture: BrokerFixture,
  fields: Record<string, unknown>,
  problem: typeof InvalidOptionError | typeof UnsupportedError = InvalidOptionError,
): Promise<void> {
  const into = await fixture.transactionalBuckets();
  const args = argsBucket();
  const good = fixture.message('good', { buckets: into && [{ ...args, into }] });
  await assert.rejects(fixture.broker.publish([good, badMessage(fixture, fields)]), problem);
  await fixture.expectNothing(await fixture.consumer());
  if (into) assert.deepEqual(await into.get([args.id]), [undefined]);
  await fixture.broker.publish([good]);
}

type Settle = (delivery: Delivery) => Promise<void>;

/** Expects that the delivery can still be settled, and that nothing else changed. */
async function expectUnsettled(fixture: BrokerFixture, settle: Settle): Promise<void> {
  await fixture.publish('act');
  const consumer = await fixture.consumer();
  const delivery = await fixture.receiveOne(consumer);
  await assert.rejects(settle(delivery), InvalidOptionError);
  await fixture.expectNothing(consumer);
  assert.deepEqual(await consumer.extend([delivery]), []);
  await ack(delivery);
}
