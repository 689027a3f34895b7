import assert from 'node:assert/strict';
import type { BucketBroker, BucketRecord } from '../../bucket/index.js';
import type { BucketState, Condition } from '../../dependency/index.js';
import type { OutgoingMessage } from '../../message/index.js';
import { DuplicateJobError } from '../../errors/index.js';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack } from '../settlements.js';
import { type BrokerFixture, textOf, texts } from '../fixture.js';
import { until } from '../waiting.js';

const needs = ['dependencies'] as const;

/** Messages that wait for buckets. */
export function dependencies(scenario: Scenario): void {
  scenario('blocks a job until a settlement stores its bucket', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.broker.publish([job('second', ['first'])]);
    await fixture.publish('first');
    const consumer = await fixture.consumer();
    const first = await fixture.receiveOne(consumer);
    await fixture.expectNothing(consumer);
    assert.equal(await fixture.locationOf('second'), 'waiting');
    await ack(first, { bucket: { ...resultOf(fixture, 'first'), into } });
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'second');
  });

  scenario('releases a job when its bucket is stored directly', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.broker.publish([job('second', ['first'])]);
    const received = fixture.receiveOne(await fixture.consumer());
    await into.store([resultOf(fixture, 'first')]);
    assert.equal(textOf(await received), 'second');
  });

  scenario('publishes a job immediately if its bucket exists', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await into.store([resultOf(fixture, 'first')]);
    await fixture.broker.publish([job('second', ['first'])]);
    assert.equal(textOf(await fixture.receiveOne(await fixture.consumer())), 'second');
  });

  scenario('waits for several buckets in any order, and counts each once', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await into.store([resultOf(fixture, 'a')]);
    await fixture.broker.publish([job('last', ['a', 'b', 'c'])]);
    const consumer = await fixture.consumer();
    await into.store([resultOf(fixture, 'c')]);
    await into.store([resultOf(fixture, 'c')]);
    await into.store([resultOf(fixture, 'a')]);
    await fixture.expectNothing(consumer);
    await into.store([resultOf(fixture, 'b')]);
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'last');
    await fixture.expectNothing(consumer);
  });

  scenario('releases all jobs that wait for one bucket', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.broker.publish(['a', 'b', 'c'].map((id) => job(id, ['first'])));
    assert.equal((await fixture.broker.channels.stats(fixture.channel)).waiting, 3);
    await into.store([resultOf(fixture, 'first')]);
    assert.deepEqual(texts(await fixture.receive(await fixture.consumer(), 3)).toSorted(), ['a', 'b', 'c']);
    assert.equal((await fixture.broker.channels.stats(fixture.channel)).waiting, 0);
  });

  for (const [condition, state, runs] of TABLE) {
    const title = `${runs ? 'runs' : 'skips'} a job with the condition "${condition}" and a ${state} dependency`;
    scenario(`${title}, if the bucket is stored after publishing`, { needs }, async (fixture) => {
      const { into, job } = await prepare(fixture);
      await fixture.broker.publish([job('second', ['first'], condition)]);
      await into.store([resultOf(fixture, 'first', state)]);
      await expectEnd(fixture, into, runs);
    });
    scenario(`${title}, if the bucket is stored before publishing`, { needs }, async (fixture) => {
      const { into, job } = await prepare(fixture);
      await into.store([resultOf(fixture, 'first', state)]);
      await fixture.broker.publish([job('second', ['first'], condition)]);
      await expectEnd(fixture, into, runs);
    });
  }

  scenario('skips to the end of the graph with the root cause, and runs the fallbacks', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.broker.publish([
      job('d', ['c']),
      job('c', ['b']),
      job('b', ['a']),
      job('fallback', ['a'], 'failure'),
      job('always', ['c'], 'settled'),
    ]);
    await into.store([resultOf(fixture, 'a', 'failed')]);
    const run = texts(await fixture.receive(await fixture.consumer(), 2));
    assert.deepEqual(run.toSorted(), ['always', 'fallback']);
    const { exception } = await readResult(fixture, into, 'd');
    assert.match(exception, /^DependencyError: Not run: it needed the success of "act" \(.*c\), which was skipped\./);
    assert.match(exception, / Root cause: ".*a" failed: Error: broken$/);
  });

  scenario('reports the root cause for a job that is published later', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await into.store([resultOf(fixture, 'a', 'failed')]);
    await fixture.broker.publish([job('b', ['a'])]);
    await fixture.broker.publish([job('c', ['b'])]);
    const { exception } = await readResult(fixture, into, 'c');
    assert.match(exception, / Root cause: ".*a" failed: Error: broken$/);
  });

  scenario('accepts a graph in any order, in one call', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.broker.publish([job('c', ['b']), job('b', ['a']), fixture.job('a')]);
    const consumer = await fixture.consumer();
    for (const id of ['a', 'b', 'c']) {
      const delivery = await fixture.receiveOne(consumer);
      assert.equal(textOf(delivery), id);
      await ack(delivery, { bucket: { ...resultOf(fixture, id), into } });
    }
    await fixture.expectNothing(consumer);
  });

  scenario('waits for a job of the same call even if an earlier result exists', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await into.store([resultOf(fixture, 'first')]);
    const first = fixture.job('first', { clears: [{ id: fixture.id('first'), into }] });
    await fixture.broker.publish([job('second', ['first']), first]);
    const consumer = await fixture.consumer();
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'first');
    await fixture.expectNothing(consumer);
    assert.equal(await fixture.locationOf('second'), 'waiting');
  });

  scenario('publishes none of a graph when one id is taken', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.broker.publish([fixture.job('taken')]);
    await assert.rejects(fixture.broker.publish([job('waits', ['a']), fixture.job('taken')]));
    await into.store([resultOf(fixture, 'a')]);
    assert.equal(await fixture.locationOf('waits'), undefined);
  });

  scenario('reserves the id of a waiting job, and frees the id of a skipped job', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.broker.publish([job('second', ['first'])]);
    await assert.rejects(fixture.broker.publish([job('second', ['first'])]));
    await into.store([resultOf(fixture, 'first', 'failed')]);
    await fixture.broker.publish([fixture.job('second')]);
    assert.equal(textOf(await fixture.receiveOne(await fixture.consumer())), 'second');
  });

  scenario('releases followers that wait for the result of their own settlement', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.publish('first');
    const consumer = await fixture.consumer();
    const first = await fixture.receiveOne(consumer);
    const publish = [job('at-once', ['first']), job('later', ['other'])];
    await ack(first, { bucket: { ...resultOf(fixture, 'first'), into }, publish });
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'at-once');
    assert.equal(await fixture.locationOf('later'), 'waiting');
  });

  scenario('applies the delay of a job after its release', { needs: [...needs, 'delay'] }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.broker.publish([{ ...job('second', ['first']), delay: 300 }]);
    const dueAt = fixture.broker.clock.now() + 300;
    await into.store([resultOf(fixture, 'first')]);
    assert.equal(textOf(await fixture.receiveNotBefore(dueAt, await fixture.consumer())), 'second');
  });

  scenario('skips a job whose wait times out, and the jobs that wait for it', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    const late = job('late', ['never']);
    await fixture.broker.publish([{ ...late, waits: { ...late.waits!, timeout: 300 } }, job('after', ['late'])]);
    const consumer = await fixture.consumer();
    const received = consumer.receive(1, { wait: true });
    await fixture.pass(400);
    await until(async () => (await into.get([fixture.id('after')]))[0] !== undefined, 'the dependents to be skipped');
    assert.match(
      (await readResult(fixture, into, 'late')).exception,
      /it waited 300 ms for ".*never", which did not come/,
    );
    assert.match(
      (await readResult(fixture, into, 'after')).exception,
      /it needed the success of "act" \(.*late\), which was skipped/,
    );
    consumer.wake();
    assert.deepEqual(await received, []);
  });

  scenario('reserves an id while a released job has yet to read its result', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    const again = fixture.job('first', { clears: [{ id: fixture.id('first'), into }] });
    await fixture.broker.publish([job('last', ['first', 'second'])]);
    await into.store([resultOf(fixture, 'first'), resultOf(fixture, 'second')]);
    await assert.rejects(fixture.broker.publish([again]), DuplicateJobError);
    const [last] = await fixture.receive(await fixture.consumer(), 1);
    await ack(last!, { releases: [fixture.id('first'), fixture.id('second')] });
    await fixture.broker.publish([again]);
    assert.deepEqual(await into.get([fixture.id('first')]), [undefined]);
  });

  scenario(
    'does not revive jobs while a fallback has yet to read their result',
    { needs: [...needs, 'deadLetters'] },
    async (fixture) => {
      const { into, job } = await prepare(fixture);

      await into.store([resultOf(fixture, 'other')]);
      const fallbackJob = job('fallback', ['a', 'other'], 'settled');
      await fixture.broker.publish([fixture.jobWithResult('a'), job('b', ['a']), fallbackJob]);
      const consumer = await fixture.consumer();
      await nack(await fixture.receiveOne(consumer), 'broken', {
        bucket: { ...resultOf(fixture, 'a', 'failed'), into },
      });
      const replay = () => fixture.broker.channels.replayDeadLetters(fixture.channel, { withDependents: true });
      assert.equal((await replay()).replayed, 0);
      const fallback = await fixture.receiveOne(consumer);
      assert.equal((await readResult(fixture, into, 'a')).exception, 'Error: broken');
      await ack(fallback, { releases: [fixture.id('a'), fixture.id('other')] });
      assert.equal((await replay()).replayed, 1);
      assert.equal(await fixture.locationOf('b'), 'waiting');
    },
  );

  scenario(
    'does not restore a skipped job that has run since',
    { needs: [...needs, 'deadLetters'] },
    async (fixture) => {
      const { into, job } = await prepare(fixture);
      await fixture.broker.publish([fixture.jobWithResult('a'), job('b', ['a'])]);
      const consumer = await fixture.consumer();
      await nack(await fixture.receiveOne(consumer), 'broken', {
        bucket: { ...resultOf(fixture, 'a', 'failed'), into },
      });
      await fixture.broker.publish([fixture.jobWithResult('b', { clears: [{ id: fixture.id('b'), into }] })]);
      await ack(await fixture.receiveOne(consumer), { bucket: { ...resultOf(fixture, 'b'), into } });
      const report = await fixture.broker.channels.replayDeadLetters(fixture.channel, { withDependents: true });
      assert.equal(report.replayed, 1);
      assert.equal(await fixture.locationOf('b'), undefined);
      assert.deepEqual(await into.get([fixture.id('b')]), [resultOf(fixture, 'b').body]);
    },
  );

  scenario(
    'does not restore jobs while a released job has yet to read a skipped result among them',
    { needs: [...needs, 'deadLetters'] },
    async (fixture) => {
      const { into, job } = await prepare(fixture);
      await fixture.broker.publish([fixture.jobWithResult('a'), job('b', ['a']), job('c', ['b'])]);
      await fixture.broker.publish([job('always', ['b', 'other'], 'settled')]);
      const consumer = await fixture.consumer();
      await nack(await fixture.receiveOne(consumer), 'broken', {
        bucket: { ...resultOf(fixture, 'a', 'failed'), into },
      });
      const replay = () => fixture.broker.channels.replayDeadLetters(fixture.channel, { withDependents: true });
      assert.deepEqual(
        (await replay()).letters.map(({ outcome, jobId }) => [outcome, jobId]),
        [['result-in-use', fixture.id('a')]],
      );
      await into.store([resultOf(fixture, 'other')]);
      await ack(await fixture.receiveOne(consumer), { releases: [fixture.id('b'), fixture.id('other')] });
      assert.equal((await replay()).replayed, 1);
      assert.deepEqual(await Promise.all(['b', 'c'].map((id) => fixture.locationOf(id))), ['waiting', 'waiting']);
    },
  );

  scenario('starts the TTL of a bucket when its reader is cancelled', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.broker.publish([job('second', ['first'])]);
    await into.store([resultOf(fixture, 'first', 'succeeded', 100)]);
    assert.equal((await fixture.broker.cancel(fixture.id('second')))?.location, 'queued');
    await until(async () => (await into.get([fixture.id('first')]))[0] === undefined, 'the bucket to expire');
  });

  scenario(
    'revives skipped jobs with the dead letter that caused the skip',
    { needs: [...needs, 'deadLetters'] },
    async (fixture) => {
      const { into, job } = await prepare(fixture);

      await fixture.broker.publish([fixture.jobWithResult('a'), job('b', ['a']), job('c', ['b'])]);
      const consumer = await fixture.consumer();
      const failing = await fixture.receiveOne(consumer);
      await nack(failing, 'broken', { bucket: { ...resultOf(fixture, 'a', 'failed'), into } });
      assert.equal(await fixture.locationOf('c'), undefined);
      assert.equal(
        (await fixture.broker.channels.replayDeadLetters(fixture.channel, { withDependents: true })).replayed,
        1,
      );
      assert.deepEqual(await into.get([fixture.id('a'), fixture.id('b'), fixture.id('c')]), [
        undefined,
        undefined,
        undefined,
      ]);
      assert.equal(await fixture.locationOf('c'), 'waiting');
      for (const id of ['a', 'b', 'c']) {
        const delivery = await fixture.receiveOne(consumer);
        assert.equal(textOf(delivery), id);
        await ack(delivery, { bucket: { ...resultOf(fixture, id), into } });
      }
    },
  );

  scenario('reports what a job waits for, and which jobs wait for a bucket', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.broker.publish([job('second', ['first', 'other'], 'settled')]);
    await into.store([resultOf(fixture, 'other')]);
    const inspection = await fixture.broker.inspect(fixture.id('second'));
    assert.equal(inspection?.location, 'waiting');
    assert.equal(textOf(inspection), 'second');
    assert.deepEqual(inspection.missing, [{ bucketId: fixture.id('first'), condition: 'settled' }]);
    const reference = { channel: fixture.channel, jobId: fixture.id('second') };
    assert.deepEqual(await fixture.broker.waiters(fixture.id('first')), [reference]);
    assert.deepEqual(await fixture.broker.waiters(fixture.id('other')), [reference]);
  });

  scenario('keeps a bucket until its readers have ended, then starts its TTL', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.broker.publish([job('x', ['first', 'other']), job('y', ['first', 'other'])]);
    await into.store([resultOf(fixture, 'other'), resultOf(fixture, 'first', 'succeeded', 200)]);
    const [x, y] = await fixture.receive(await fixture.consumer(), 2);
    const isKept = async (): Promise<boolean> => (await into.get([fixture.id('first')]))[0] !== undefined;
    await ack(x!, { releases: [fixture.id('first')] });
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.ok(await isKept(), 'kept beyond its time to live');
    await nack(y!, 'broken', { releases: [fixture.id('first')] });
    await until(async () => !(await isKept()), 'the bucket to expire');
  });

  scenario('keeps the bucket for its only reader, however long the reader is queued', { needs }, async (fixture) => {
    const { into, job } = await prepare(fixture);
    await fixture.broker.publish([job('x', ['first']), job('y', ['first'])]);
    const first = resultOf(fixture, 'first', 'succeeded', 50);
    await into.store([first]);
    await fixture.pass(200);
    for (const delivery of await fixture.receive(await fixture.consumer(), 2)) {
      const [kept] = await into.get([first.id]);
      assert.equal(delivery.inlinedResult?.body ?? kept, first.body);
    }
  });
}

/** Which states of a bucket meet which conditions. */
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

/** Prepares transactional buckets, and jobs that wait in the fixture's channel. */
async function prepare(fixture: BrokerFixture): Promise<{ into: BucketBroker; job: MakeJob }> {
  const into = await fixture.transactionalBuckets();
  assert.ok(into, 'a broker with dependencies needs createBuckets in its harness');
  return { into, job: (id, on, condition) => waitingJob(fixture, into, id, on, { condition }) };
}

function resultOf(fixture: BrokerFixture, name: string, state: BucketState = 'succeeded', ttl = 60_000): BucketRecord {
  const [id, success, skipped] = [fixture.id(name), state === 'succeeded', state === 'skipped'];
  const exception = skipped ? `DependencyError: Not run. Root cause: "x" failed: Error: broken` : 'Error: broken';
  const details = success ? {} : { ...(skipped && { skipped }), ttl, timestamp: 1, exception };
  const cause = success ? undefined : skipped ? '"x" failed: Error: broken' : `"${id}" failed: Error: broken`;
  return {
    id,
    ttl,
    success,
    skipped,
    cause,
    body: JSON.stringify({ success, ...details, ttl, timestamp: 1, data: null }),
  };
}

async function expectEnd(fixture: BrokerFixture, into: BucketBroker, runs: boolean): Promise<void> {
  const consumer = await fixture.consumer();
  if (runs) return assert.equal(textOf(await fixture.receiveOne(consumer)), 'second');
  await fixture.expectNothing(consumer);
  assert.equal((await readResult(fixture, into, 'second')).skipped, true);
  assert.equal(await fixture.locationOf('second'), undefined);
}
