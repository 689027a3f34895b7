import assert from 'node:assert/strict';
import type { BucketBroker, BucketRecord } from '../../bucket/index.js';
import type { BucketState, Condition } from '../../dependency/index.js';
import type { OutgoingMessage } from '../../message/index.js';
import { DuplicateJobError } from '../../errors/index.js';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack } from '../settlements.js';
import { type Stage, textOf, texts } from '../stage.js';
import { until } from '../waiting.js';

const needs = ['dependencies'] as const;

/** Messages that wait for buckets. */
export function dependencies(scenario: Scenario): void {
  scenario('parks a job until its bucket is stored, by a settlement', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await stage.broker.publish([job('second', ['first'])]);
    await stage.publish('first');
    const consumer = await stage.consumer();
    const first = await stage.receiveOne(consumer);
    await stage.expectNothing(consumer);
    assert.equal(await stage.locationOf('second'), 'waiting');
    await ack(first, { bucket: { ...ending(stage, 'first'), into } });
    assert.equal(textOf(await stage.receiveOne(consumer)), 'second');
  });

  scenario('releases it when somebody stores the bucket', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await stage.broker.publish([job('second', ['first'])]);
    const received = stage.receiveOne(await stage.consumer());
    await into.store([ending(stage, 'first')]);
    assert.equal(textOf(await received), 'second');
  });

  scenario('publishes at once what waits for a bucket that is there', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await into.store([ending(stage, 'first')]);
    await stage.broker.publish([job('second', ['first'])]);
    assert.equal(textOf(await stage.receiveOne(await stage.consumer())), 'second');
  });

  scenario('waits for all of several, in any order, and counts none twice', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await into.store([ending(stage, 'a')]);
    await stage.broker.publish([job('last', ['a', 'b', 'c'])]);
    const consumer = await stage.consumer();
    await into.store([ending(stage, 'c')]);
    await into.store([ending(stage, 'c')]);
    await into.store([ending(stage, 'a')]);
    await stage.expectNothing(consumer);
    await into.store([ending(stage, 'b')]);
    assert.equal(textOf(await stage.receiveOne(consumer)), 'last');
    await stage.expectNothing(consumer);
  });

  scenario('releases all that wait for one', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await stage.broker.publish(['a', 'b', 'c'].map((id) => job(id, ['first'])));
    assert.equal((await stage.broker.channels.stats(stage.channel)).waiting, 3);
    await into.store([ending(stage, 'first')]);
    assert.deepEqual(texts(await stage.receive(await stage.consumer(), 3)).toSorted(), ['a', 'b', 'c']);
    assert.equal((await stage.broker.channels.stats(stage.channel)).waiting, 0);
  });

  for (const [condition, state, runs] of TABLE) {
    const title = `${runs ? 'runs' : 'skips'} what waits for ${condition} when the bucket is one that ${state}`;
    scenario(`${title}, stored after`, { needs }, async (stage) => {
      const { into, job } = await prepare(stage);
      await stage.broker.publish([job('second', ['first'], condition)]);
      await into.store([ending(stage, 'first', state)]);
      await expectEnd(stage, into, runs);
    });
    scenario(`${title}, stored before`, { needs }, async (stage) => {
      const { into, job } = await prepare(stage);
      await into.store([ending(stage, 'first', state)]);
      await stage.broker.publish([job('second', ['first'], condition)]);
      await expectEnd(stage, into, runs);
    });
  }

  scenario(
    'skips on to the end of the graph, with the first cause, and runs what asked for that',
    { needs },
    async (stage) => {
      const { into, job } = await prepare(stage);
      await stage.broker.publish([
        job('d', ['c']),
        job('c', ['b']),
        job('b', ['a']),
        job('fallback', ['a'], 'failure'),
        job('always', ['c'], 'settled'),
      ]);
      await into.store([ending(stage, 'a', 'failed')]);
      const run = texts(await stage.receive(await stage.consumer(), 2));
      assert.deepEqual(run.toSorted(), ['always', 'fallback']);
      const { exception } = await readResult(stage, into, 'd');
      assert.match(exception, /^DependencyError: Not run: it needed the success of "act" \(.*c\), which was skipped\./);
      assert.match(exception, / Root cause: ".*a" failed: Error: spoilt$/);
    },
  );

  scenario('learns the first cause also where it comes late', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await into.store([ending(stage, 'a', 'failed')]);
    await stage.broker.publish([job('b', ['a'])]);
    await stage.broker.publish([job('c', ['b'])]);
    const { exception } = await readResult(stage, into, 'c');
    assert.match(exception, / Root cause: ".*a" failed: Error: spoilt$/);
  });

  scenario('takes a graph in any order, as one write', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await stage.broker.publish([job('c', ['b']), job('b', ['a']), stage.job('a')]);
    const consumer = await stage.consumer();
    for (const id of ['a', 'b', 'c']) {
      const delivery = await stage.receiveOne(consumer);
      assert.equal(textOf(delivery), id);
      await ack(delivery, { bucket: { ...ending(stage, id), into } });
    }
    await stage.expectNothing(consumer);
  });

  scenario(
    'waits for a job of the same write anew, where the result of an earlier one is there',
    { needs },
    async (stage) => {
      const { into, job } = await prepare(stage);
      await into.store([ending(stage, 'first')]);
      const first = stage.job('first', { clears: [{ id: stage.id('first'), into }] });
      await stage.broker.publish([job('second', ['first']), first]);
      const consumer = await stage.consumer();
      assert.equal(textOf(await stage.receiveOne(consumer)), 'first');
      await stage.expectNothing(consumer);
      assert.equal(await stage.locationOf('second'), 'waiting');
    },
  );

  scenario('publishes none of a graph when one id is taken', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await stage.broker.publish([stage.job('taken')]);
    await assert.rejects(stage.broker.publish([job('waits', ['a']), stage.job('taken')]));
    await into.store([ending(stage, 'a')]);
    assert.equal(await stage.locationOf('waits'), undefined);
  });

  scenario('keeps the id of a waiting job taken, and frees that of a skipped one', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await stage.broker.publish([job('second', ['first'])]);
    await assert.rejects(stage.broker.publish([job('second', ['first'])]));
    await into.store([ending(stage, 'first', 'failed')]);
    await stage.broker.publish([stage.job('second')]);
    assert.equal(textOf(await stage.receiveOne(await stage.consumer())), 'second');
  });

  scenario('parks followers, and has them see the result of their own settlement', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await stage.publish('first');
    const consumer = await stage.consumer();
    const first = await stage.receiveOne(consumer);
    const publish = [job('at-once', ['first']), job('later', ['other'])];
    await ack(first, { bucket: { ...ending(stage, 'first'), into }, publish });
    assert.equal(textOf(await stage.receiveOne(consumer)), 'at-once');
    assert.equal(await stage.locationOf('later'), 'waiting');
  });

  scenario('delays a released job as it was to be delayed', { needs: [...needs, 'delay'] }, async (stage) => {
    const { into, job } = await prepare(stage);
    await stage.broker.publish([{ ...job('second', ['first']), delay: 300 }]);
    const dueAt = stage.broker.clock.now() + 300;
    await into.store([ending(stage, 'first')]);
    assert.equal(textOf(await stage.receiveNotBefore(dueAt, await stage.consumer())), 'second');
  });

  scenario('skips what has waited for too long, with those who wait for it', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    const late = job('late', ['never']);
    await stage.broker.publish([{ ...late, waits: { ...late.waits!, timeout: 300 } }, job('after', ['late'])]);
    const consumer = await stage.consumer();
    const received = consumer.receive(1, { wait: true });
    await stage.pass(400);
    await until(async () => (await into.get([stage.id('after')]))[0] !== undefined, 'the dependents to be skipped');
    assert.match(
      (await readResult(stage, into, 'late')).exception,
      /it waited 300 ms for ".*never", which did not come/,
    );
    assert.match(
      (await readResult(stage, into, 'after')).exception,
      /it needed the success of "act" \(.*late\), which was skipped/,
    );
    consumer.wake();
    assert.deepEqual(await received, []);
  });

  scenario('keeps the id of a job taken while its result has yet to be read', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    const again = stage.job('first', { clears: [{ id: stage.id('first'), into }] });
    await stage.broker.publish([job('last', ['first', 'second'])]);
    await into.store([ending(stage, 'first'), ending(stage, 'second')]);
    await assert.rejects(stage.broker.publish([again]), DuplicateJobError);
    const [last] = await stage.receive(await stage.consumer(), 1);
    await ack(last!, { releases: [stage.id('first'), stage.id('second')] });
    await stage.broker.publish([again]);
    assert.deepEqual(await into.get([stage.id('first')]), [undefined]);
  });

  scenario(
    'does not bring jobs back under a fallback that has yet to read why',
    { needs: [...needs, 'deadLetters'] },
    async (stage) => {
      const { into, job } = await prepare(stage);

      await into.store([ending(stage, 'other')]);
      const fallbackJob = job('fallback', ['a', 'other'], 'settled');
      await stage.broker.publish([stage.jobWithResult('a'), job('b', ['a']), fallbackJob]);
      const consumer = await stage.consumer();
      await nack(await stage.receiveOne(consumer), 'spoilt', { bucket: { ...ending(stage, 'a', 'failed'), into } });
      const replay = () => stage.broker.channels.replayDeadLetters(stage.channel, { withDependents: true });
      assert.equal((await replay()).replayed, 0);
      const fallback = await stage.receiveOne(consumer);
      assert.equal((await readResult(stage, into, 'a')).exception, 'Error: spoilt');
      await ack(fallback, { releases: [stage.id('a'), stage.id('other')] });
      assert.equal((await replay()).replayed, 1);
      assert.equal(await stage.locationOf('b'), 'waiting');
    },
  );

  scenario(
    'does not bring back a skipped job that has run since',
    { needs: [...needs, 'deadLetters'] },
    async (stage) => {
      const { into, job } = await prepare(stage);
      await stage.broker.publish([stage.jobWithResult('a'), job('b', ['a'])]);
      const consumer = await stage.consumer();
      await nack(await stage.receiveOne(consumer), 'spoilt', { bucket: { ...ending(stage, 'a', 'failed'), into } });
      await stage.broker.publish([stage.jobWithResult('b', { clears: [{ id: stage.id('b'), into }] })]);
      await ack(await stage.receiveOne(consumer), { bucket: { ...ending(stage, 'b'), into } });
      const report = await stage.broker.channels.replayDeadLetters(stage.channel, { withDependents: true });
      assert.equal(report.replayed, 1);
      assert.equal(await stage.locationOf('b'), undefined);
      assert.deepEqual(await into.get([stage.id('b')]), [ending(stage, 'b').body]);
    },
  );

  scenario(
    'does not bring jobs back while a skipped result among them has yet to be read',
    { needs: [...needs, 'deadLetters'] },
    async (stage) => {
      const { into, job } = await prepare(stage);
      await stage.broker.publish([stage.jobWithResult('a'), job('b', ['a']), job('c', ['b'])]);
      await stage.broker.publish([job('always', ['b', 'other'], 'settled')]);
      const consumer = await stage.consumer();
      await nack(await stage.receiveOne(consumer), 'spoilt', { bucket: { ...ending(stage, 'a', 'failed'), into } });
      const replay = () => stage.broker.channels.replayDeadLetters(stage.channel, { withDependents: true });
      assert.deepEqual(
        (await replay()).letters.map(({ outcome, jobId }) => [outcome, jobId]),
        [['result-in-use', stage.id('a')]],
      );
      await into.store([ending(stage, 'other')]);
      await ack(await stage.receiveOne(consumer), { releases: [stage.id('b'), stage.id('other')] });
      assert.equal((await replay()).replayed, 1);
      assert.deepEqual(await Promise.all(['b', 'c'].map((id) => stage.locationOf(id))), ['waiting', 'waiting']);
    },
  );

  scenario('lets the time of a bucket begin when who was to read it is cancelled', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await stage.broker.publish([job('second', ['first'])]);
    await into.store([ending(stage, 'first', 'succeeded', 100)]);
    assert.equal((await stage.broker.cancel(stage.id('second')))?.location, 'queued');
    await until(async () => (await into.get([stage.id('first')]))[0] === undefined, 'the bucket to expire');
  });

  scenario(
    'brings skipped jobs back with the dead letter that they were skipped for',
    { needs: [...needs, 'deadLetters'] },
    async (stage) => {
      const { into, job } = await prepare(stage);

      await stage.broker.publish([stage.jobWithResult('a'), job('b', ['a']), job('c', ['b'])]);
      const consumer = await stage.consumer();
      const failing = await stage.receiveOne(consumer);
      await nack(failing, 'spoilt', { bucket: { ...ending(stage, 'a', 'failed'), into } });
      assert.equal(await stage.locationOf('c'), undefined);
      assert.equal(
        (await stage.broker.channels.replayDeadLetters(stage.channel, { withDependents: true })).replayed,
        1,
      );
      assert.deepEqual(await into.get([stage.id('a'), stage.id('b'), stage.id('c')]), [
        undefined,
        undefined,
        undefined,
      ]);
      assert.equal(await stage.locationOf('c'), 'waiting');
      for (const id of ['a', 'b', 'c']) {
        const delivery = await stage.receiveOne(consumer);
        assert.equal(textOf(delivery), id);
        await ack(delivery, { bucket: { ...ending(stage, id), into } });
      }
    },
  );

  scenario('tells what a job waits for, and who waits for a bucket', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await stage.broker.publish([job('second', ['first', 'other'], 'settled')]);
    await into.store([ending(stage, 'other')]);
    const inspection = await stage.broker.inspect(stage.id('second'));
    assert.equal(inspection?.location, 'waiting');
    assert.equal(textOf(inspection), 'second');
    assert.deepEqual(inspection.missing, [{ bucketId: stage.id('first'), condition: 'settled' }]);
    const reference = { channel: stage.channel, jobId: stage.id('second') };
    assert.deepEqual(await stage.broker.waiters(stage.id('first')), [reference]);
    assert.deepEqual(await stage.broker.waiters(stage.id('other')), [reference]);
  });

  scenario('keeps a bucket until who waited for it has ended, then lets its time begin', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await stage.broker.publish([job('x', ['first', 'other']), job('y', ['first', 'other'])]);
    await into.store([ending(stage, 'other'), ending(stage, 'first', 'succeeded', 200)]);
    const [x, y] = await stage.receive(await stage.consumer(), 2);
    const isKept = async (): Promise<boolean> => (await into.get([stage.id('first')]))[0] !== undefined;
    await ack(x!, { releases: [stage.id('first')] });
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.ok(await isKept(), 'kept beyond its time to live');
    await nack(y!, 'spoilt', { releases: [stage.id('first')] });
    await until(async () => !(await isKept()), 'the bucket to expire');
  });

  scenario('has the bucket for who waited for it alone, however long he is queued', { needs }, async (stage) => {
    const { into, job } = await prepare(stage);
    await stage.broker.publish([job('x', ['first']), job('y', ['first'])]);
    const first = ending(stage, 'first', 'succeeded', 50);
    await into.store([first]);
    await stage.pass(200);
    for (const delivery of await stage.receive(await stage.consumer(), 2)) {
      const [kept] = await into.get([first.id]);
      assert.equal(delivery.input?.body ?? kept, first.body);
    }
  });
}

/** Which ends of a job meet which conditions. */
const TABLE: readonly (readonly [Condition, BucketState, boolean])[] = [
  ['success', 'succeeded', true],
  ['success', 'failed', false],
  ['success', 'skipped', false],
  ['failure', 'succeeded', false],
  ['failure', 'failed', true],
  ['failure', 'skipped', false],
  ['settled', 'succeeded', true],
  ['settled', 'failed', true],
  ['settled', 'skipped', true],
];

type MakeJob = (id: string, on: readonly string[], condition?: Condition) => OutgoingMessage;

/** Buckets that are joined, and jobs that wait in the stage's own buckets. */
async function prepare(stage: Stage): Promise<{ into: BucketBroker; job: MakeJob }> {
  const into = await stage.joinedBuckets();
  assert.ok(into, 'a broker with dependencies needs createBuckets in its harness');
  return { into, job: (id, on, condition) => waitingJob(stage, into, id, on, { condition }) };
}

function ending(stage: Stage, name: string, state: BucketState = 'succeeded', ttl = 60_000): BucketRecord {
  const [id, success, skipped] = [stage.id(name), state === 'succeeded', state === 'skipped'];
  const exception = skipped ? `DependencyError: Not run. Root cause: "x" failed: Error: spoilt` : 'Error: spoilt';
  const told = success ? {} : { ...(skipped && { skipped }), ttl, timestamp: 1, exception };
  const cause = success ? undefined : skipped ? '"x" failed: Error: spoilt' : `"${id}" failed: Error: spoilt`;
  return {
    id,
    ttl,
    success,
    skipped,
    cause,
    body: JSON.stringify({ success, ...told, ttl, timestamp: 1, data: null }),
  };
}

async function expectEnd(stage: Stage, into: BucketBroker, runs: boolean): Promise<void> {
  const consumer = await stage.consumer();
  if (runs) return assert.equal(textOf(await stage.receiveOne(consumer)), 'second');
  await stage.expectNothing(consumer);
  assert.equal((await readResult(stage, into, 'second')).skipped, true);
  assert.equal(await stage.locationOf('second'), undefined);
}
