import assert from 'node:assert/strict';
import type { Delivery } from '../../broker/index.js';
import type { BucketWrite } from '../../bucket/index.js';
import { InvalidOptionError } from '../../errors/index.js';
import type { OutgoingMessage } from '../../message/index.js';
import type { Scenario } from '../scenario.js';
import { ack, reasonOf, reject, retry } from '../settlements.js';
import { bucket, type Stage, texts } from '../stage.js';

/** A field of a message, and a value that it cannot have. */
type BadField = readonly [what: string, fields: Record<string, unknown>];

const LONG = 'x'.repeat(513);
const WIDE = '€'.repeat(171);
const HALF = 'half \ud83d';
const BEYOND = 100 * 366 * 86_400_000;

const BAD_FIELDS: readonly BadField[] = [
  ['a channel that is no name', { channel: 'my channel' }],
  ['no channel', { channel: undefined }],
  ['a payload that is text', { payload: 'text' }],
  ['no payload', { payload: undefined }],
  ['no headers', { headers: undefined }],
  ['headers that are a list', { headers: ['topic'] }],
  ['a header that is a number', { headers: { topic: 'act', x: 1 } }],
  ['a header that is undefined', { headers: { topic: 'act', x: undefined } }],
  ['a header of a poisonous name', { headers: JSON.parse('{"__proto__":"x"}') as unknown }],
  ['a content type that is no text', { contentType: 5 }],
  ['half a character in its content type', { contentType: HALF }],
  ['an address for replies that is no text', { replyTo: {} }],
  ['half a character in its address for replies', { replyTo: HALF }],
];

const BAD_IDS: readonly BadField[] = [
  ['an id that is a number', { id: 5 }],
  ['an id that is null', { id: null }],
  ['an empty id', { id: '' }],
  ['an id of too many bytes', { id: LONG }],
  ['an id of too many bytes in few characters', { id: WIDE }],
  ['half a character in its id', { id: HALF }],
  ['a bucket for its result that is no text', { id: 'job', resultId: 5 }],
  ['an empty bucket for its result', { id: 'job', resultId: '' }],
];

const BAD_TIMES: readonly BadField[] = [
  ['a negative delay', { delay: -1 }],
  ['a delay that is no number', { delay: Number.NaN }],
  ['an endless delay', { delay: Number.POSITIVE_INFINITY }],
  ['a delay of more than a hundred years', { delay: BEYOND }],
  ['a delay that is text', { delay: '5s' }],
  ['a time before 1970', { dueAt: -1 }],
  ['a time that is no number', { dueAt: Number.NaN }],
  ['a time beyond what dates can say', { dueAt: 8.64e15 + 1 }],
  ['a time that is a Date', { dueAt: new Date() }],
];

const BAD_PRIORITIES: readonly BadField[] = [
  ['an unknown priority', { priority: 'urgent' }],
  ['a priority that is a number', { priority: 1 }],
];

const BAD_WAITS: readonly BadField[] = [
  ['a wait for a bucket without an id', { waits: { on: [{ bucketId: '', condition: 'success' }], timeout: 1_000 } }],
  ['a wait of an unknown condition', { waits: { on: [{ bucketId: 'first', condition: 'done' }], timeout: 1_000 } }],
  ['a wait without a limit', { waits: { on: [{ bucketId: 'first', condition: 'success' }], timeout: Number.NaN } }],
];

const BAD_BUCKETS: readonly BadField[] = [
  ['an empty id', { id: '' }],
  ['an id that is no text', { id: 5 }],
  ['half a character in its id', { id: HALF }],
  ['a body that is no text', { body: { data: 1 } }],
  ['a TTL that is no number', { ttl: Number.NaN }],
  ['a negative TTL', { ttl: -1 }],
  ['an endless TTL', { ttl: Number.POSITIVE_INFINITY }],
  ['no TTL', { ttl: undefined }],
];

/** What no broker can keep, or could not give back as it was, is refused by name, and nothing of the call is done. */
export function badInput(scenario: Scenario): void {
  for (const [what, fields] of BAD_FIELDS)
    scenario(`refuses a message with ${what}`, (stage) => expectRefused(stage, fields));
  for (const [what, fields] of BAD_IDS)
    scenario(`refuses a job with ${what}`, { needs: ['jobIds'] }, (stage) => expectRefused(stage, fields));
  for (const [what, fields] of BAD_TIMES)
    scenario(`refuses a message with ${what}`, { needs: ['delay'] }, (stage) => expectRefused(stage, fields));
  for (const [what, fields] of BAD_PRIORITIES)
    scenario(`refuses a message with ${what}`, { needs: ['priority'] }, (stage) => expectRefused(stage, fields));
  for (const [what, fields] of BAD_WAITS)
    scenario(`refuses a job with ${what}`, { needs: ['dependencies', 'jobIds'] }, (stage) =>
      expectRefused(stage, { id: 'job', ...fields }),
    );
  for (const [what, fields] of BAD_BUCKETS) refusesBucket(scenario, what, fields);
  acceptsTheWidest(scenario);
  settling(scenario);
}

function refusesBucket(scenario: Scenario, what: string, fields: Record<string, unknown>): void {
  scenario(`refuses a bucket with ${what}, beside a message and in a settlement`, async (stage) => {
    const into = await stage.joinedBuckets();
    if (!into) return;
    const bad = { ...bucket(), into, ...fields } as BucketWrite;
    const good = { ...bucket(), into };
    await expectRefused(stage, { buckets: [good, bad] });
    await assert.rejects(into.store([good, bad]), InvalidOptionError);
    await expectUnsettled(stage, (delivery) => ack(delivery, { bucket: bad }));
    assert.deepEqual(await into.get([good.id]), [undefined]);
  });
}

function acceptsTheWidest(scenario: Scenario): void {
  scenario('takes what is just within the limits', { needs: ['jobIds', 'delay', 'priority'] }, async (stage) => {
    const id = '€'.repeat(170);
    const headers = { topic: 'act', [HALF]: `${HALF}\u0000`, constructor: 'x' };
    const more = { headers, dueAt: 0, priority: 'low', contentType: '', replyTo: '' } as const;
    await stage.broker.publish([stage.job(id, more), stage.message('later', { dueAt: 8.64e15 })]);
    const delivery = await stage.receiveOne(await stage.consumer());
    assert.deepEqual(texts([delivery]), [id]);
    for (const [name, text] of Object.entries(headers)) assert.equal(delivery.message.headers[name], text);
    await ack(delivery);
  });
}

function settling(scenario: Scenario): void {
  scenario('refuses a settlement with a bad follower as a whole', async (stage) => {
    await expectUnsettled(stage, (delivery) =>
      ack(delivery, { publish: [stage.message('good'), stage.message('bad', { contentType: 5 as never })] }),
    );
  });

  for (const delay of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    scenario(`refuses a retry in ${delay} ms`, { needs: ['delay'] }, async (stage) => {
      await expectUnsettled(stage, (delivery) => retry(delivery, delay));
    });

  scenario(
    'refuses to give a message back with headers that are no text',
    { needs: ['deadLetters'] },
    async (stage) => {
      const headers = { x: 1 } as never;
      await expectUnsettled(stage, (delivery) => reject(delivery, headers));
      const reason = reasonOf('spoilt');
      await expectUnsettled(stage, (delivery) => delivery.settle({ outcome: { type: 'nack', headers, reason } }));
    },
  );
}

/** Nothing of the batch that a bad message is in is published. */
async function expectRefused(stage: Stage, fields: Record<string, unknown>): Promise<void> {
  const bad = { ...stage.message('bad'), ...fields } as OutgoingMessage;
  await assert.rejects(stage.broker.publish([stage.message('good'), bad]), InvalidOptionError);
  await stage.expectNothing(await stage.consumer());
}

type Settle = (delivery: Delivery) => Promise<void>;

/** The message is still there to be settled in another way, and nothing else is. */
async function expectUnsettled(stage: Stage, settle: Settle): Promise<void> {
  await stage.publish('act');
  const consumer = await stage.consumer();
  const delivery = await stage.receiveOne(consumer);
  await assert.rejects(settle(delivery), InvalidOptionError);
  await stage.expectNothing(consumer);
  await ack(delivery);
}
