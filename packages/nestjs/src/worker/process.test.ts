import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

// Whether a process ends can only be seen from outside of it.
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

it('keeps the process alive while it runs, and ends at a signal', async () => {
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
