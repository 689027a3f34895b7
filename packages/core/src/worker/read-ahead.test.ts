import { expect, it } from 'vitest';
import { defineActor, type MessageDependency } from '../actor/index.js';
import type { ConsumeOptions, Consumer, Delivery } from '../broker/index.js';
import { InMemoryMessageBroker } from '../memory/index.js';
import { Latch, TestBed } from './testing/test-bed.test-support.js';

/** Its settlements wait for a latch. */
class SlowToSettle extends InMemoryMessageBroker {
  readonly latch = new Latch();
  settlements = 0;

  override async consume(options: ConsumeOptions): Promise<Consumer> {
    const consumer = await super.consume(options);
    const receive = consumer.receive.bind(consumer);
    consumer.receive = async (max, how) => (await receive(max, how)).map((delivery) => this.slow(delivery));
    return consumer;
  }

  private slow(delivery: Delivery): Delivery {
    const settle = delivery.settle.bind(delivery);
    delivery.settle = async (settlement) => {
      this.settlements += 1;
      await this.latch.opened;
      await settle(settlement);
    };
    return delivery;
  }
}

async function setUp(action: (msg: MessageDependency) => void = () => {}) {
  const runs: number[] = [];
  const actor = defineActor({ name: 'work' }, (n: number, msg) => {
    runs.push(n);
    action(msg);
  });
  const broker = new SlowToSettle();
  const testBed = new TestBed([actor], { messageBroker: broker });
  for (let n = 0; n < 10; n += 1) await testBed.send('work', n);
  return { testBed, broker, runs };
}

const ticks = async (): Promise<void> => {
  for (let tick = 0; tick < 20; tick += 1) await new Promise(setImmediate);
};

it('runs the next messages while earlier ones are being settled, within a limit', async () => {
  const { testBed, broker, runs } = await setUp();
  const worker = testBed.start({ concurrency: 2 });
  await ticks();
  expect(runs).toEqual([0, 1, 2, 3, 4, 5]);
  expect([broker.settlements, worker.inFlight]).toEqual([6, 6]);
  broker.latch.open();
  await ticks();
  expect(runs).toHaveLength(10);
  expect(worker.inFlight).toBe(0);
});

it('runs the next messages while followers are being committed', async () => {
  const { testBed, broker, runs } = await setUp((msg) => {
    void msg.sendMessageJson({ channel: 'next', payload: 1 });
  });
  const worker = testBed.start({ concurrency: 2 });
  await ticks();
  expect(runs).toEqual([0, 1, 2, 3, 4, 5]);
  broker.latch.open();
  await ticks();
  expect(worker.inFlight).toBe(0);
  expect(await testBed.repid.channel('next').stats()).toMatchObject({ queued: 10 });
});

it('receives no more than messagesLimit, however many are being settled', async () => {
  const { testBed, broker, runs } = await setUp();
  const work = testBed.worker({ concurrency: 2 }).run({ messagesLimit: 3 });
  await ticks();
  expect(runs).toEqual([0, 1, 2]);
  broker.latch.open();
  expect(await work).toEqual({ processed: 3 });
  expect(runs).toEqual([0, 1, 2]);
});

it('frees no slot before the callbacks have ended', async () => {
  const called = new Latch();
  const { testBed, broker, runs } = await setUp((msg) => msg.addCallback(() => called.opened));
  testBed.start({ concurrency: 2 });
  await ticks();
  broker.latch.open();
  await ticks();
  expect(runs).toEqual([0, 1]);
  called.open();
  await ticks();
  expect(runs).toHaveLength(10);
});

it('stops when everything that it has received is settled', async () => {
  const { testBed, broker, runs } = await setUp();
  const worker = testBed.start({ concurrency: 2 });
  await ticks();
  const stopped = worker.stop();
  broker.latch.open();
  await stopped;
  expect(runs).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 4, running: 0 });
});
