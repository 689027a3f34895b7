import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

// Only another process can observe whether a process exits.
const program = (body: string): string => `
  import 'reflect-metadata';
  import { Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { Actor, Repid, RepidModule, RepidWorker } from '@repid/nestjs';
  class Greeter { greet() { console.log('Hello!'); } }
  Actor()(Greeter.prototype, 'greet', Object.getOwnPropertyDescriptor(Greeter.prototype, 'greet'));
  const start = (options) => {
    class AppModule {}
    Module({ imports: [RepidModule.forRoot(options)], providers: [Greeter] })(AppModule);
    return NestFactory.createApplicationContext(AppModule, { logger: false });
  };
  ${body}
`;

const run = async (body: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program(body)], {
    timeout: 18_000,
  });
  return stdout;
};

it('keeps the process alive while it runs, and exits on a signal', async () => {
  const output = await run(`
    const app = await start();
    const running = app.get(RepidWorker).run();
    const job = await app.get(Repid).job('greet').enqueue();
    await job.waitForResult();
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50).unref();
    console.log(await running);
    await app.close();
  `);
  expect(output).toBe('Hello!\n{ processed: 1 }\n');
});

it('leaves nothing that keeps the process alive after close()', async () => {
  const output = await run(`
    const app = await start({ worker: { autorun: true } });
    const job = await app.get(Repid).job('greet').enqueue();
    await job.waitForResult();
    await app.get(Repid).job('greet', { deferredBy: '1h' }).enqueue();
    await app.close();
    console.log('closed');
  `);
  expect(output).toBe('Hello!\nclosed\n');
});

it('keeps the process alive while it waits for a result or a reply in memory, up to the timeout', async () => {
  const output = await run(`
    const app = await start();
    const job = await app.get(Repid).job('greet').enqueue();
    const [result, reply] = await Promise.allSettled([
      job.waitForResult({ timeout: 300 }),
      app.get(Repid).request({ channel: 'nobody', payload: 1 }, { timeout: 300 }),
    ]);
    console.log(result.reason.code, reply.reason.code);
    await app.close();
  `);
  expect(output).toBe('REPID_TIMEOUT REPID_TIMEOUT\n');
});

it('lets the process exit after close() despite pending waits of a month', async () => {
  const output = await run(`
    const app = await start();
    const job = await app.get(Repid).job('greet').enqueue();
    const waits = [
      job.waitForResult({ timeout: '30d' }),
      app.get(Repid).request({ channel: 'nobody', payload: 1 }, { timeout: '30d' }),
    ];
    for (const wait of waits) wait.catch(({ code }) => console.log(code));
    setTimeout(() => app.close(), 100);
  `);
  expect(output).toBe('REPID_BROKER_CLOSED\nREPID_BROKER_CLOSED\n');
});

it('keeps the process alive while autorun waits for a restart', async () => {
  const output = await run(`
    const { InMemoryMessageBroker, InMemoryBucketBroker, BrokerUnavailableError } = await import('@repid/core');
    class FailingBroker extends InMemoryMessageBroker {
      failures = 2;
      consume(options) {
        if (this.failures-- > 0) return Promise.reject(new BrokerUnavailableError('full'));
        return super.consume(options);
      }
    }
    const messageBroker = new FailingBroker();
    await messageBroker.connect();
    await messageBroker.publish([{ channel: 'default', payload: Buffer.from('null'), headers: { topic: 'greet' } }]);
    const app = await start({ messageBroker, worker: { autorun: true, messagesLimit: 1 } });
    console.log(app.get(RepidWorker).state);
  `);
  expect(output).toBe('starting\nHello!\n');
});
