import assert from 'node:assert/strict';
import { type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Actor, chain, PayloadValidationError, Repid, type RepidModuleOptions, RetryLater } from '@repid/nestjs';
import { advance, crashAt, drain, FAULT_MOMENTS, RepidTestingModule, runActor, sent } from '@repid/nestjs/testing';
import { IsEmail } from 'class-validator';

class Welcome {
  @IsEmail()
  to!: string;
}

@Injectable()
class Mail {
  attempts = 0;

  @Actor()
  send({ to }: Welcome): string {
    this.attempts += 1;
    if (to.startsWith('busy') && this.attempts === 1) throw new RetryLater('1h');
    return to;
  }

  @Actor()
  remember(to: string): string {
    return `${to} was welcomed`;
  }
}

/** An application on in-memory brokers, as a test would start it. */
async function start(options: RepidModuleOptions = {}): Promise<INestApplicationContext> {
  @Module({ imports: [RepidTestingModule.forRoot(options)], providers: [Mail] })
  class TestModule {}
  return NestFactory.createApplicationContext(TestModule, { logger: false });
}

const app = await start();
assert.equal(await runActor(app, Mail, 'send', { to: 'alex@example.org' }), 'alex@example.org');
await assert.rejects(runActor(app, Mail, 'send', { to: 'nobody' }), PayloadValidationError);

const { send } = app.get(Repid).actors(Mail);
app.get(Mail).attempts = 0;
const job = await send({ to: 'busy@example.org' }, { retries: 1 });
assert.deepEqual(sent(app).at(-1)?.payload, { to: 'busy@example.org' });
await drain(app); // throws RetryLater
await advance(app, '1h');
await drain(app);
assert.equal(await job.waitUntilFinished(), 'busy@example.org');
console.log('Retried after an hour without waiting.');
await app.close();

for (const moment of FAULT_MOMENTS) {
  const { dying, living } = crashAt(moment);
  const first = await start({ ...dying });
  const mail = first.get(Repid).actors(Mail);
  const last = mail.remember.job();
  await first.get(Repid).enqueue(chain(mail.send.job({ to: 'alex@example.org' }), last));
  await drain(first).catch(() => undefined); // it has died

  const second = await start({ ...living });
  await advance(second, '5m'); // its lease has expired
  await drain(second);
  const result = await second.get(Repid).job('remember', { id: last.id }).waitUntilFinished();
  assert.equal(result, 'alex@example.org was welcomed');
  await second.close();
}
console.log(`Survived a crash ${FAULT_MOMENTS.slice(0, -1).join(', ')} and ${FAULT_MOMENTS.at(-1)} the settlement.`);
