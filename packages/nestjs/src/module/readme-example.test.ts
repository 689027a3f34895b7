import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect, it } from 'vitest';
import { Actor, MessageDependency, Payload, Repid, RepidModule, RepidWorker } from '../index.js';

@Injectable()
class Greeter {
  constructor(private readonly repid: Repid) {}

  @Actor()
  async addHello(
    @Payload('userName') userName: string,
    @Payload('userId') userId: number,
    @MessageDependency() msg: MessageDependency,
  ) {
    msg.setResult({ userId, greetings: `Hello ${userName}!` });
    const next = this.repid.job('addId', { argsId: msg.parameters.result?.id, resultId: 'some_result_id' });
    msg.addCallback(next.enqueue);
    await msg.ack();
  }

  @Actor()
  addId(@Payload('userId') userId: number, @Payload('greetings') greetings: string) {
    return `${greetings} Your id is ${userId}.`;
  }
}

@Module({ imports: [RepidModule.forRoot()], providers: [Greeter] })
class AppModule {}

it('chains jobs by an eager response and a callback', async () => {
  const app = await (await Test.createTestingModule({ imports: [AppModule] }).compile()).init();
  const repid = app.get(Repid);
  await repid.job('addHello', { args: { userName: 'Alex', userId: 123 }, resultId: 'chained_id' }).enqueue();
  expect(await app.get(RepidWorker).run({ messagesLimit: 2 })).toEqual({ processed: 2 });
  const result = await repid.job('addId', { resultId: 'some_result_id' }).result();
  expect(result?.data).toBe('Hello Alex! Your id is 123.');
  await app.close();
});
