import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { brokersFromEnvironment } from '@repid/brokers';
import { Actor, Payload, Repid, RepidModule, RepidWorker } from '@repid/nestjs';

interface Greeted {
  userId: number;
  messages: string[];
}

@Injectable()
class Greeter {
  @Actor()
  addHello(
    @Payload('userName') userName: string,
    @Payload('userId') userId: number,
    @Payload({ field: 'messages', items: String }) messages: string[],
  ): Greeted {
    return { userId, messages: [...messages, `Hello ${userName}!`] };
  }

  @Actor()
  addId(
    @Payload('userId') userId: number,
    @Payload({ field: 'messages', items: String }) messages: string[],
  ): string[] {
    return [...messages, `Your id is ${userId}.`];
  }
}

@Module({ imports: [RepidModule.forRoot(brokersFromEnvironment())], providers: [Greeter] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
const repid = app.get(Repid);
const worker = app.get(RepidWorker);

const args = { userName: 'Alex', userId: 123, messages: ['This is your first message!'] };
await repid.job('addHello', { args, resultId: 'chained_id' }).enqueue();
await worker.run({ messagesLimit: 1 });

// The result of addHello is the arguments of addId.
const job = await repid.job<unknown, string[]>('addId', { argsId: 'chained_id' }).enqueue();
await worker.run({ messagesLimit: 1 });

const result = await job.result();
console.log(JSON.stringify(result?.data));
await app.close();
