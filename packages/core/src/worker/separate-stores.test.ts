import { describe, expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import type { BucketBroker, BucketRecord } from '../bucket/index.js';
import { BrokerUnavailableError, DuplicateJobError } from '../errors/index.js';
import { InMemoryBucketBroker } from '../memory/index.js';
import { TestBed } from './testing/test-bed.test-support.js';

/** A bucket broker that is a separate store: the message broker cannot commit to it. */
class FarBucketBroker implements BucketBroker {
  readonly name = 'far';
  readonly order: string[] = [];
  /** How many further stores fail. */
  failures = 0;
  /** How many further reads fail. */
  unreadable = 0;
  private readonly near = new InMemoryBucketBroker();

  connect = () => this.near.connect();
  disconnect = () => this.near.disconnect();
  get = async (ids: readonly string[]) => {
    if ((this.unreadable -= 1) >= 0) throw new BrokerUnavailableError('far away');
    return this.near.get(ids);
  };
  wait: BucketBroker['wait'] = (id, options) => this.near.wait(id, options);

  async store(buckets: readonly BucketRecord[]): Promise<void> {
    this.order.push(`store ${buckets.map(({ id }) => id).join()}`);
    if ((this.failures -= 1) >= 0) throw new BrokerUnavailableError('far away');
    await this.near.store(buckets);
  }

  async delete(ids: readonly string[]): Promise<number> {
    this.order.push(`delete ${ids.join()}`);
    return this.near.delete(ids);
  }
}

const echo = defineActor({ name: 'echo' }, (payload) => payload);

function apart() {
  const far = new FarBucketBroker();
  const testBed = new TestBed([echo], { argsBucketBroker: far, resultsBucketBroker: far });
  return { far, testBed };
}

describe('Buckets in a separate store', () => {
  it('hold arguments and results', async () => {
    const { testBed } = apart();
    const job = await testBed.perform('echo', { args: 'hello' });
    expect(await job.result()).toMatchObject({ data: 'hello' });
  });

  it('return the message if they cannot be read, because the actor has not failed', async () => {
    const { far, testBed } = apart();
    far.unreadable = 1;
    const job = await testBed.perform('echo', { args: 'hello' });
    expect(await job.status()).toEqual({ state: 'delayed' });
    expect(testBed.eventsOf('given-back')).toHaveLength(1);
    await testBed.clock.advance(1_000);
    await testBed.drain();
    expect(await job.result()).toMatchObject({ data: 'hello' });
    expect(await testBed.deadLetters()).toEqual([]);
  });

  it('are stored before the message is settled', async () => {
    const { far, testBed } = apart();
    const store = far.store.bind(far);
    const running: number[] = [];
    far.store = async (buckets) => {
      running.push((await testBed.repid.channel('default').stats()).running);
      await store(buckets);
    };
    await testBed.perform('echo', { id: 'one', args: 1, argsId: 'args' });
    expect(far.order).toEqual(['delete one', 'store args', 'store one']);
    expect(running).toEqual([0, 1]);
  });

  it('are retried while their store is unavailable, and the actor does not run again', async () => {
    const { far, testBed } = apart();
    const job = await testBed.repid.job('echo', { args: 1 }).enqueue();
    far.failures = 2;
    const drained = testBed.drain();
    for (let n = 0; n < 3; n += 1) await testBed.clock.advance(200);
    expect(await drained).toBe(1);
    expect(await job.result()).toMatchObject({ data: 1 });
    expect(far.order.filter((entry) => entry === `store ${job.id}`)).toHaveLength(3);
  });

  it('are unchanged if the id of the job is taken', async () => {
    const { far, testBed } = apart();
    await testBed.repid.job('echo', { id: 'one', args: 'first', argsId: 'args' }).enqueue();
    const twin = testBed.repid.job('echo', { id: 'one', args: 'second', argsId: 'args' });
    await expect(twin.enqueue()).rejects.toThrow(DuplicateJobError);
    expect(await twin.args()).toMatchObject({ data: 'first' });
    expect(far.order).toEqual(['delete one', 'store args']);
  });

  it('are removed if the message cannot be published', async () => {
    const { far, testBed } = apart();
    testBed.broker.publish = () => Promise.reject(new Error('refused'));
    const job = testBed.repid.job('echo', { args: 1 });
    await expect(job.enqueue()).rejects.toThrow('refused');
    expect(await far.get([job.argsId!])).toEqual([undefined]);
  });

  it('are kept if the message may have been published', async () => {
    const { far, testBed } = apart();
    testBed.broker.publish = () => Promise.reject(new BrokerUnavailableError('no answer'));
    const job = testBed.repid.job('echo', { args: 1 });
    await expect(job.enqueue()).rejects.toThrow('no answer');
    expect(await far.get([job.argsId!])).not.toEqual([undefined]);
  });

  it('store the result of a cancelled job', async () => {
    const { testBed } = apart();
    const job = await testBed.repid.job('echo').enqueue();
    expect(await job.cancel()).toBe(true);
    expect(await job.status()).toEqual({ state: 'cancelled' });
    expect(await job.cancel()).toBe(false);
  });
});

describe('An unavailable message broker', () => {
  it('is called again until the settlement is committed', async () => {
    const testBed = new TestBed([echo]);
    const job = await testBed.repid.job('echo', { args: 1 }).enqueue();
    await testBed.repid.channel('default').stats();
    const consume = testBed.broker.consume.bind(testBed.broker);
    let failures = 3;
    testBed.broker.consume = async (options) => {
      const consumer = await consume(options);
      const receive = consumer.receive.bind(consumer);
      consumer.receive = async (max, how) => {
        const deliveries = await receive(max, how);
        for (const delivery of deliveries) {
          const settle = delivery.settle.bind(delivery);
          delivery.settle = async (settlement) => {
            if ((failures -= 1) >= 0) throw new BrokerUnavailableError('away');
            await settle(settlement);
          };
        }
        return deliveries;
      };
      return consumer;
    };
    const drained = testBed.drain();
    for (let n = 0; n < 4; n += 1) await testBed.clock.advance(200);
    expect(await drained).toBe(1);
    expect(await job.result()).toMatchObject({ data: 1 });
  });
});
