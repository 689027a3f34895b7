import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import type { ConsumeOptions, Consumer } from '../broker/index.js';
import { BrokerUnavailableError, LostOwnershipError } from '../errors/index.js';
import { InFlightDelivery } from './in-flight-delivery.js';
import { SuspectPolicy } from './suspect-policy.js';
import { Latch, OWNERSHIP_TIME, TestBed } from './testing/test-bed.test-support.js';

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise(setImmediate);
};

/** Receives all due messages and loses them, this many times. */
async function loseWorkers(testBed: TestBed, times: number): Promise<void> {
  await testBed.repid.connect();
  for (let n = 0; n < times; n += 1) {
    const consumer = await testBed.broker.consume({ channels: ['default'] });
    await consumer.receive(100, { wait: false });
    await consumer.close();
    await testBed.clock.advance(OWNERSHIP_TIME);
  }
}

/** Changes each consumer that the broker returns from now on. */
function spyOnConsumers(testBed: TestBed, change: (consumer: Consumer) => void): void {
  const consume = testBed.broker.consume.bind(testBed.broker);
  vi.spyOn(testBed.broker, 'consume').mockImplementation(async (options) => {
    const consumer = await consume(options);
    change(consumer);
    return consumer;
  });
}

/** Starts a suspect alone and loses it. */
async function loseAlone(testBed: TestBed): Promise<void> {
  const consumer = await testBed.broker.consume({ channels: ['default'] });
  const [suspect] = await consumer.receive(1, { wait: false, alone: true });
  await consumer.markStarted(suspect!);
  await consumer.close();
  await testBed.clock.advance(OWNERSHIP_TIME);
}

/** Records which jobs run concurrently. */
function recording() {
  const running = new Set<string>();
  const concurrent = new Map<string, string[]>();
  const latches = new Map<string, Latch>();
  const actor = defineActor({ name: 'work', timeout: '1h' }, async (_, { id }) => {
    concurrent.set(id, [...running]);
    for (const other of running) concurrent.get(other)!.push(id);
    running.add(id);
    const latch = new Latch();
    latches.set(id, latch);
    await latch.opened;
    running.delete(id);
  });
  const release = (id: string): void => latches.get(id)?.open();
  return { actor, concurrent, running, release };
}

describe('A message that has lost its worker repeatedly', () => {
  it('runs together with others while at least three deliveries are left', async () => {
    const { actor, concurrent, running, release } = recording();
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('work', { id: 'lost' }).enqueue();
    await loseWorkers(testBed, 2);
    await testBed.repid.job('work', { id: 'harmless' }).enqueue();
    testBed.start({ gracefulShutdownTime: 1 });
    await until(() => running.has('harmless') && running.has('lost'));
    release('harmless');
    release('lost');
    await job.waitForResult();
    expect(concurrent.get('lost')).toEqual(['harmless']);
  });

  it('runs alone after that: deliveries in flight end first, and others wait', async () => {
    const { actor, concurrent, running, release } = recording();
    const testBed = new TestBed([actor]);
    const suspect = await testBed.repid.job('work', { id: 'suspect' }).enqueue();
    await loseWorkers(testBed, 2);
    const consumer = await testBed.broker.consume({ channels: ['default'] });
    await consumer.receive(1, { wait: false });
    await testBed.repid.job('work', { id: 'before' }).enqueue();
    const worker = testBed.start({ gracefulShutdownTime: 1 });
    await until(() => running.has('before'));
    await testBed.clock.advance(OWNERSHIP_TIME); // The third death.
    await until(() => testBed.eventsOf('suspect-awaited').length > 0);
    expect(testBed.eventsOf('suspect-awaited')).toEqual([{ type: 'suspect-awaited', inFlight: 1 }]);
    await testBed.repid.job('work', { id: 'after' }).enqueue();
    release('before');
    await until(() => running.has('suspect'));
    expect(worker.inFlight).toBe(1);
    release('suspect');
    await suspect.waitForResult();
    await until(() => running.has('after'));
    expect(concurrent.get('suspect')).toEqual([]);
    release('after');
    await consumer.close();
  });

  it('runs together with others once it was owned for a full ownership time', async () => {
    const { actor, concurrent, running, release } = recording();
    const testBed = new TestBed([actor]);
    await testBed.repid.job('work', { id: 'suspect' }).enqueue();
    await loseWorkers(testBed, 3);
    testBed.start({ gracefulShutdownTime: 1 });
    await until(() => running.has('suspect'));
    await testBed.repid.job('work', { id: 'next' }).enqueue();
    await testBed.clock.advance(OWNERSHIP_TIME / 2);
    expect(running.has('next')).toBe(false);
    await testBed.clock.advance(OWNERSHIP_TIME);
    await until(() => running.has('next'));
    expect(concurrent.get('suspect')).toEqual(['next']);
    release('suspect');
    release('next');
  });

  it('does not block others while long runs are in flight, and runs as soon as they end', async () => {
    const { actor, concurrent, running, release } = recording();
    const testBed = new TestBed([actor]);
    await testBed.repid.job('work', { id: 'suspect' }).enqueue();
    await loseWorkers(testBed, 2);
    const consumer = await testBed.broker.consume({ channels: ['default'] });
    await consumer.receive(1, { wait: false });
    await testBed.repid.job('work', { id: 'long' }).enqueue();
    testBed.start({ gracefulShutdownTime: 1 });
    await until(() => running.has('long'));
    await testBed.clock.advance(OWNERSHIP_TIME);
    await until(() => testBed.eventsOf('suspect-awaited').length === 1);
    await testBed.clock.advance(OWNERSHIP_TIME);
    await testBed.repid.job('work', { id: 'other' }).enqueue();
    await testBed.clock.advance(200);
    expect([...running]).toEqual(['long', 'other']);
    release('long');
    release('other');
    await until(() => running.has('suspect'));
    expect(concurrent.get('suspect')).toEqual([]);
    release('suspect');
    await consumer.close();
  });

  it('goes to the dead letters if it loses two workers while it runs alone, and affects no other message', async () => {
    const actor = defineActor({ name: 'work' }, () => 'done');
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('work', { id: 'poison' }).enqueue();
    await loseWorkers(testBed, 3);
    await loseAlone(testBed);
    await loseAlone(testBed);
    const harmlessJobs = Array.from({ length: 30 }, () => testBed.repid.job('work'));
    await testBed.repid.enqueue(harmlessJobs);
    await testBed.drain();
    expect(await job.result()).toMatchObject({
      success: false,
      exception: expect.stringContaining('TooManyDeliveriesError'),
    });
    const letters = await testBed.deadLetters();
    expect(letters.map(({ reason }) => [reason.code, reason.attempts])).toEqual([['REPID_TOO_MANY_DELIVERIES', 5]]);
    for (const harmless of harmlessJobs) expect(await harmless.status()).toEqual({ state: 'succeeded' });
  });

  it('completes if it loses one worker while it runs alone, or any before it starts', async () => {
    const actor = defineActor({ name: 'work' }, () => 'done');
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('work').enqueue();
    await loseWorkers(testBed, 3);
    await loseAlone(testBed);
    for (let n = 0; n < 3; n += 1) {
      const consumer = await testBed.broker.consume({ channels: ['default'] });
      expect(await consumer.receive(1, { wait: false, alone: true })).toHaveLength(1);
      await consumer.close();
      await testBed.clock.advance(OWNERSHIP_TIME);
    }
    await testBed.drain();
    expect(await job.result()).toMatchObject({ data: 'done' });
  });

  it('is marked in the broker before its actor starts', async () => {
    const steps: string[] = [];
    const testBed = new TestBed([defineActor({ name: 'work' }, () => void steps.push('started'))]);
    spyOnConsumers(testBed, (consumer) => {
      const markStarted = consumer.markStarted.bind(consumer);
      consumer.markStarted = async (delivery) => {
        await markStarted(delivery);
        steps.push('marked');
      };
    });
    await testBed.repid.job('work').enqueue();
    await loseWorkers(testBed, 3);
    await testBed.repid.job('work').enqueue();
    await testBed.drain();
    expect(steps).toEqual(['marked', 'started', 'started']);
  });

  it('stays a suspect if it cannot be marked because the broker is unavailable', async () => {
    const testBed = new TestBed([defineActor({ name: 'work' }, () => 'done')]);
    const marked: number[] = [];
    spyOnConsumers(testBed, (consumer) => {
      const markStarted = consumer.markStarted.bind(consumer);
      consumer.markStarted = async (delivery) => {
        if (marked.push(delivery.deliveryCount) === 1) throw new BrokerUnavailableError('away');
        await markStarted(delivery);
      };
    });
    const job = await testBed.repid.job('work').enqueue();
    await loseWorkers(testBed, 3);
    testBed.start();
    await until(() => testBed.eventsOf('settlement-failed').length === 1);
    expect(await job.status()).toMatchObject({ state: 'running' });
    await testBed.clock.advance(OWNERSHIP_TIME + 1_000);
    expect(await job.waitForResult()).toMatchObject({ data: 'done' });
    expect(marked).toEqual([4, 5]);
  });

  it('is not started if another worker has taken it over', async () => {
    const runs: string[] = [];
    const testBed = new TestBed([defineActor({ name: 'work' }, () => void runs.push('started'))]);
    spyOnConsumers(testBed, (consumer) => {
      consumer.markStarted = async ({ id, message }) => {
        throw new LostOwnershipError(id, message.channel);
      };
    });
    await testBed.repid.job('work').enqueue();
    await loseWorkers(testBed, 3);
    const worker = testBed.start();
    await vi.waitFor(() => expect(testBed.eventsOf('ownership-lost').length).toBeGreaterThan(0));
    await worker.stop();
    expect(runs).toEqual([]);
  });

  it('runs in a burst, too', async () => {
    const actor = defineActor({ name: 'work' }, () => 'done');
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('work').enqueue();
    await loseWorkers(testBed, 3);
    expect(await testBed.drain()).toBe(1);
    expect(await job.result()).toMatchObject({ data: 'done' });
  });

  it('is not requested in a loop if another worker has it', async () => {
    const actor = defineActor({ name: 'work' }, () => 'done');
    const testBed = new TestBed([actor]);
    const consume = testBed.broker.consume.bind(testBed.broker);
    let asked = 0;
    vi.spyOn(testBed.broker, 'consume').mockImplementation(async (options: ConsumeOptions) => {
      const consumer = await consume(options);
      return new Proxy(consumer, {
        get: (target, name: keyof Consumer) => {
          if (name === 'hasSuspects') return true;
          const member = target[name];
          if (name !== 'receive') return typeof member === 'function' ? member.bind(target) : member;
          return (max: number, how: { wait: boolean; alone?: boolean }) => {
            if (how.alone) asked += 1;
            return how.alone ? [] : target.receive(max, { ...how, wait: false });
          };
        },
      });
    });
    testBed.start();
    await until(() => asked === 1);
    const job = await testBed.repid.job('work').enqueue();
    await testBed.clock.advance(3_500);
    expect((await job.waitForResult()).data).toBe('done');
    expect(asked).toBeLessThan(10);
  });
});

describe('SuspectPolicy', () => {
  const TIMEOUT = 1_000;
  const inFlight = () => new InFlightDelivery({} as never, { receivedAt: 0, ownedSince: 0, ownedUntil: 0 }, () => {});

  it('receives a suspect immediately if nothing is in flight', () => {
    expect(new SuspectPolicy(TIMEOUT).next(0, 0)).toBe('receive');
  });

  it('waits for a limited time, then continues', () => {
    const suspects = new SuspectPolicy(TIMEOUT);
    const steps = [0, 999, 1_000, 5_000, 10_999, 11_000].map((now) => suspects.next(1, now));
    expect(steps).toEqual(['wait', 'wait', 'continue', 'continue', 'continue', 'wait']);
    expect(suspects.next(0, 11_001)).toBe('receive');
  });

  it('receives a suspect as soon as nothing is in flight, even while it continues', () => {
    const suspects = new SuspectPolicy(TIMEOUT);
    for (const now of [0, 1_000]) suspects.next(1, now);
    expect([suspects.next(1, 1_001), suspects.next(0, 1_002)]).toEqual(['continue', 'receive']);
  });

  it('starts a new wait when there were no suspects meanwhile', () => {
    const suspects = new SuspectPolicy(TIMEOUT);
    suspects.next(1, 0);
    expect(suspects.remainingWait(400)).toBe(600);
    suspects.stopWaiting();
    expect([suspects.next(1, 900), suspects.remainingWait(900)]).toEqual(['wait', 1_000]);
  });

  it('blocks everything else while a suspect runs alone', () => {
    const suspects = new SuspectPolicy(TIMEOUT);
    const alone = inFlight();
    alone.isAlone = true;
    suspects.received(alone, 0);
    expect(suspects.isRunning).toBe(true);
    alone.isAlone = false;
    expect(suspects.isRunning).toBe(false);
  });

  it('does not request again immediately after it received none', () => {
    const suspects = new SuspectPolicy(TIMEOUT);
    suspects.received(undefined, 0);
    expect([suspects.next(0, 999), suspects.next(0, 1_000)]).toEqual(['continue', 'receive']);
  });
});
