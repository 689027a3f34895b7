import { BrokerRefusedError, BrokerUnavailableError, type ConsumeOptions, type Consumer } from '@repid/core';
import { describe, expect, it, vi } from 'vitest';
import { Actor, InMemoryMessageBroker, Repid, RepidModule, RepidWorker } from '../index.js';
import { startModule } from '../start-app.fixture.js';
import { Autorun } from './autorun.js';

class Greeter {
  @Actor()
  greet(): string {
    return 'Hello!';
  }
}

/** A broker that fails with the given errors first. */
class FailingBroker extends InMemoryMessageBroker {
  connects: Error[] = [];
  consumes: Error[] = [];

  override async connect(): Promise<void> {
    const problem = this.connects.shift();
    if (problem) throw problem;
    await super.connect();
  }

  override async consume(options: ConsumeOptions): Promise<Consumer> {
    const problem = this.consumes.shift();
    if (problem) throw problem;
    return super.consume(options);
  }
}

const full = (): Error => new BrokerUnavailableError('The broker is full.');

const startApp = (messageBroker: InMemoryMessageBroker) =>
  startModule({
    imports: [RepidModule.forRoot({ messageBroker, worker: { autorun: true } })],
    providers: [Greeter],
  });

describe('A worker with autorun', () => {
  it.each([
    ['is full', full()],
    ['refuses it', new BrokerRefusedError('No permission.')],
  ])('is restarted if its broker %s, and exposes the error', async (_, problem) => {
    const broker = new FailingBroker();
    broker.consumes = [problem, problem];
    const app = await startApp(broker);
    const worker = app.get(RepidWorker);
    await vi.waitFor(() => expect(worker.problem).toBe(problem));
    expect(worker.state).toBe('starting');
    await vi.waitFor(() => expect(worker.state).toBe('running'), 5_000);
    expect(worker.problem).toBeUndefined();
    await app.get(Repid).sendMessageJson({ channel: 'default', payload: null, headers: { topic: 'greet' } });
    await vi.waitUntil(async () => (await app.get(Repid).channel('default').stats()).queued === 0);
  });

  it('lets the application start if its broker is unavailable, and runs once it is available', async () => {
    const broker = new FailingBroker();
    broker.connects = [full(), full()];
    const app = await startApp(broker);
    const worker = app.get(RepidWorker);
    expect(worker.state).toBe('starting');
    await vi.waitFor(() => expect(worker.state).toBe('running'), 5_000);
  });

  it('fails the start of the application if its broker refuses the connection', async () => {
    const broker = new FailingBroker();
    broker.connects = [new BrokerRefusedError('Wrong password.')];
    await expect(startApp(broker)).rejects.toThrow('Wrong password.');
  });

  it('can be stopped while it waits for a restart', async () => {
    const broker = new FailingBroker();
    broker.consumes = Array.from({ length: 100 }, full);
    const app = await startApp(broker);
    const worker = app.get(RepidWorker);
    await vi.waitFor(() => expect(worker.problem).toBeDefined());
    await worker.stop();
    await vi.waitFor(() => expect(worker.state).toBe('idle'));
    const { length } = broker.consumes;
    await app.close();
    expect(broker.consumes).toHaveLength(length);
  });

  it("does not disconnect another application's broker when it is closed", async () => {
    const broker = new InMemoryMessageBroker();
    const [one, other] = [await startApp(broker), await startApp(broker)];
    await one.close();
    expect(other.get(RepidWorker).state).toBe('running');
    await other.get(Repid).sendMessageJson({ channel: 'default', payload: null, headers: { topic: 'greet' } });
    await vi.waitUntil(async () => (await other.get(Repid).channel('default').stats()).queued === 0);
    await other.close();
  });
});

describe('Autorun', () => {
  it('doubles the delay each time, and ends when a run ends normally', async () => {
    const delays: (number | undefined)[] = [];
    let runs = 0;
    const run = async (): Promise<void> => {
      runs += 1;
      if (runs < 4) throw full();
    };
    const autorun = new Autorun({ run, onFailure: (_, delay) => delays.push(delay) });
    await autorun.start();
    expect(delays).toEqual([200, 400, 800]);
    expect(autorun.isActive).toBe(false);
  });

  it('ends at the first error that a restart cannot fix', async () => {
    const failures: unknown[] = [];
    const error = new TypeError('wrong');
    const autorun = new Autorun({ run: () => Promise.reject(error), onFailure: (...args) => failures.push(args) });
    await autorun.start();
    expect(failures).toEqual([[error, undefined]]);
    expect(autorun.problem).toBe(error);
  });
});
