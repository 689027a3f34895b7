import { describe, expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import { BrokerUnavailableError, DuplicateJobError } from '../errors/index.js';
import { Repid } from '../producer/index.js';
import { FAULT_MOMENTS, FaultyBucketBroker, FaultyMessageBroker, Faults } from '../testing/index.js';
import { TestBed } from '../worker/testing/test-bed.test-support.js';
import type { JobOptions } from './index.js';

/** A producer whose calls fail as planned, and a worker whose calls do not fail. */
function cutOff() {
  const runs: unknown[] = [];
  const faults = new Faults();
  const testBed: TestBed = new TestBed([
    defineActor({ name: 'work' }, (payload) => runs.push(payload)),
    defineActor({ name: 'fail' }, () => {
      runs.push('failed');
      throw new Error('broken');
    }),
    defineActor({ name: 'leave' }, (_, msg) => {
      runs.push('left');
      msg.delegate(testBed.repid.job('work', { args: 'delegate' }));
    }),
  ]);
  const buckets = new FaultyBucketBroker(testBed.buckets, faults);
  const broker = new FaultyMessageBroker(testBed.broker, faults);
  const producer = new Repid({ messageBroker: broker, argsBucketBroker: buckets, resultsBucketBroker: buckets });
  return { testBed, producer, broker, faults, runs };
}

/** A call that is carried out after it has failed is carried out in the next turn. */
const settled = () => new Promise(setImmediate);

const IDS: [string, JobOptions][] = [
  ['a generated id', {}],
  ['a chosen id', { id: 'one' }],
  ['a chosen result bucket', { resultId: 'result' }],
  ['a chosen id and no result', { id: 'one', storeResult: false }],
  ['arguments in its message', { id: 'one', useArgsBucket: false }],
];

describe.each(IDS)('A job with %s', (_, options) => {
  it.each(FAULT_MOMENTS)('can be enqueued again if the first call failed %s publishing', async (moment) => {
    const { testBed, producer, faults, runs } = cutOff();
    faults.strike('publish', moment);
    const job = producer.job('work', { args: 'once', ...options });
    await expect(job.enqueue()).rejects.toThrow(BrokerUnavailableError);
    await settled();
    await job.enqueue();
    await testBed.drain();
    expect(runs).toEqual(['once']);
    expect(await job.status()).toEqual({ state: options.storeResult === false ? 'unknown' : 'succeeded' });
  });
});

describe('A job that was published although enqueue() failed', () => {
  it.each<[string, JobOptions, readonly unknown[]]>([
    ['work', {}, [undefined]],
    ['work', { id: 'one' }, [undefined]],
    ['work', { resultId: 'result' }, [undefined]],
    ['fail', { id: 'one' }, ['failed']],
    ['leave', { id: 'one' }, ['left', 'delegate']],
    ['leave', {}, ['left', 'delegate']],
  ])('is not enqueued again if "%s" has ended since: %j', async (name, options, expected) => {
    const { testBed, producer, faults, runs } = cutOff();
    faults.strike('publish', 'after');
    const job = producer.job(name, options);
    await expect(job.enqueue()).rejects.toThrow(BrokerUnavailableError);
    await testBed.drain();
    await job.enqueue();
    await testBed.drain();
    expect(runs).toEqual(expected);
    expect(await job.result()).toMatchObject({ success: name !== 'fail' });
  });

  it('is not enqueued again if it has delegated to a job that has not ended', async () => {
    const { testBed, producer, faults, runs } = cutOff();
    faults.strike('publish', 'after');
    const job = producer.job('leave', { id: 'one' });
    await expect(job.enqueue()).rejects.toThrow(BrokerUnavailableError);
    await testBed.worker().run({ burst: true, messagesLimit: 1 });
    expect(runs).toEqual(['left']);
    await job.enqueue();
    await testBed.drain();
    expect(runs).toEqual(['left', 'delegate']);
  });

  it('is not enqueued again if it recurs and its next run is scheduled', async () => {
    const { testBed, producer, faults, runs } = cutOff();
    faults.strike('publish', 'after');
    const job = producer.job('work', { id: 'one', args: 1, deferredBy: '1h' });
    await expect(job.enqueue()).rejects.toThrow(BrokerUnavailableError);
    for (let n = 0; n < 2; n += 1) {
      await testBed.clock.advance(3_600_000);
      await testBed.drain();
    }
    await job.enqueue();
    expect(await job.status()).toEqual({ state: 'delayed' });
    expect(runs).toEqual([1, 1]);
  });

  it('is not enqueued again if it was cancelled', async () => {
    const { testBed, producer, faults, runs } = cutOff();
    faults.strike('publish', 'after');
    const job = producer.job('work', { id: 'one' });
    await expect(job.enqueue()).rejects.toThrow(BrokerUnavailableError);
    await testBed.repid.job('work', { id: 'one' }).cancel();
    await job.enqueue();
    await testBed.drain();
    expect(await job.status()).toEqual({ state: 'cancelled' });
    expect(runs).toEqual([]);
  });

  it('is found even if the second confirmation is lost too', async () => {
    const { testBed, producer, faults, runs } = cutOff();
    faults.strike('publish', 'before').strike('publish', 'after', { skip: 1 }).strike('inspect', 'before', { skip: 1 });
    const job = producer.job('work', { id: 'one', args: 1 });
    for (let tries = 0; tries < 3; tries += 1) await expect(job.enqueue()).rejects.toThrow(BrokerUnavailableError);
    await job.enqueue();
    await testBed.drain();
    expect(runs).toEqual([1]);
    expect(faults.isSpent).toBe(true);
  });

  it('is found if the first call arrives between the check and the second call', async () => {
    const { testBed, producer, broker, faults, runs } = cutOff();
    faults.strike('publish', 'before');
    const job = producer.job('work', { id: 'one', args: 1 });
    await expect(job.enqueue()).rejects.toThrow(BrokerUnavailableError);
    const late = [job.toMessage()];
    const publish = broker.publish.bind(broker);
    broker.publish = async (messages) => {
      await publish(late.splice(0));
      await publish(messages);
    };
    await job.enqueue();
    await testBed.drain();
    expect(runs).toEqual([1]);
  });
});

describe('A job that was not published because enqueue() failed', () => {
  it('is enqueued even if an earlier job of its id has left a result', async () => {
    const { testBed, producer, faults, runs } = cutOff();
    await testBed.perform('work', { id: 'one', args: 'earlier' });
    faults.strike('publish', 'before');
    const job = producer.job('work', { id: 'one', args: 'later' });
    await expect(job.enqueue()).rejects.toThrow(BrokerUnavailableError);
    await job.enqueue();
    await testBed.drain();
    expect(runs).toEqual(['earlier', 'later']);
  });

  it('is refused if another job has taken its id', async () => {
    const { testBed, producer, faults } = cutOff();
    await testBed.repid.job('work', { id: 'one' }).enqueue();
    faults.strike('publish', 'before');
    const job = producer.job('work', { id: 'one' });
    await expect(job.enqueue()).rejects.toThrow(BrokerUnavailableError);
    await expect(job.enqueue()).rejects.toThrow(DuplicateJobError);
  });

  it('is a new job if its object was enqueued before', async () => {
    const { testBed, producer, faults, runs } = cutOff();
    const job = producer.job('work', { args: 1 });
    await job.enqueue();
    await testBed.drain();
    faults.strike('publish', 'before');
    await expect(job.enqueue()).rejects.toThrow(BrokerUnavailableError);
    await job.enqueue();
    await testBed.drain();
    expect(runs).toEqual([1, 1]);
  });
});

describe('Jobs whose common enqueue() call failed', () => {
  const three = (producer: Repid, options: JobOptions = {}) =>
    [1, 2, 3].map((n) => producer.job('work', { args: n, id: `job-${n}`, ...options }));

  it.each(FAULT_MOMENTS)('%s publishing can be enqueued together again', async (moment) => {
    const { testBed, producer, faults, runs } = cutOff();
    faults.strike('publish', moment);
    const jobs = three(producer);
    await expect(producer.enqueue(jobs)).rejects.toThrow(BrokerUnavailableError);
    await settled();
    await testBed.worker().run({ burst: true, messagesLimit: 2 });
    await producer.enqueue(jobs);
    await testBed.drain();
    expect(runs.toSorted()).toEqual([1, 2, 3]);
  });

  it.each(FAULT_MOMENTS)('%s publishing can be enqueued one by one, and with others', async (moment) => {
    const { testBed, producer, faults, runs } = cutOff();
    faults.strike('publish', moment);
    const [first, ...rest] = three(producer);
    await expect(producer.enqueue([first!, ...rest])).rejects.toThrow(BrokerUnavailableError);
    await settled();
    await first!.enqueue();
    await testBed.drain();
    await producer.enqueue([...rest, producer.job('work', { args: 4 })]);
    await testBed.drain();
    expect(runs.toSorted()).toEqual([1, 2, 3, 4]);
  });

  it('do not count as enqueued because one of them was enqueued alone', async () => {
    const { testBed, producer, faults, runs } = cutOff();
    faults.strike('publish', 'before');
    const [first, ...rest] = three(producer);
    await expect(producer.enqueue([first!, ...rest])).rejects.toThrow(BrokerUnavailableError);
    await first!.enqueue();
    await producer.enqueue(rest);
    await testBed.drain();
    expect(runs.toSorted()).toEqual([1, 2, 3]);
  });

  it('are looked up with few calls, however many they are', async () => {
    const { producer, faults } = cutOff();
    faults.strike('publish', 'before');
    const jobs = Array.from({ length: 1_000 }, (_, n) => producer.job('work', { storeResult: n % 2 === 0 }));
    await expect(producer.enqueue(jobs)).rejects.toThrow(BrokerUnavailableError);
    await producer.enqueue(jobs);
    expect(faults.calls.filter((call) => call !== 'publish').length).toBeLessThan(20);
  });
});
