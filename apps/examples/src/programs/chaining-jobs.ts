import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { brokersFromEnvironment } from '@repid/brokers';
import { Actor, MessageDependency, Payload, Repid, RepidModule, RepidWorker } from '@repid/nestjs';

@Injectable()
class Greeter {
  constructor(private readonly repid: Repid) {}

  @Actor()
  async addHello(
    @Payload('userName') userName: string,
    @Payload('userId') userId: number,
    @MessageDependency() msg: MessageDependency,
  ): Promise<void> {
    msg.setResult({ userId, greetings: `Hello ${userName}!` });
    const job = this.repid.job('addId', { argsId: msg.parameters.result?.id, resultId: 'some_result_id' });
    msg.addCallback(job.enqueue);
    await msg.ack();
  }

  @Actor()
  addId(@Payload('userId') userId: number, @Payload('greetings') greetings: string): string {
    return `${greetings} Your id is ${userId}.`;
  }
}

@Module({ imports: [RepidModule.forRoot(brokersFromEnvironment())], providers: [Greeter] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
const repid = app.get(Repid);

await repid.job('addHello', { args: { userName: 'Alex', userId: 123 }, resultId: 'chained_id' }).enqueue();
await app.get(RepidWorker).run({ messagesLimit: 2 });

const result = await repid.job<unknown, string>('addId', { resultId: 'some_result_id' }).result();
console.log(result?.data);
await app.close();
