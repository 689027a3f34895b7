import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { brokersFromEnvironment } from '@repid/brokers';
import { Actor, Payload, Repid, RepidModule, RepidWorker } from '@repid/nestjs';

@Injectable()
class Messages {
  @Actor()
  actorWithArgs(
    @Payload('userId') userId: number,
    @Payload('userName') userName: string,
    @Payload({ field: 'userMessages', items: String }) userMessages: string[],
  ): string[] {
    return [...userMessages, `Hi ${userName}! Your id is: ${userId}.`];
  }
}

@Module({ imports: [RepidModule.forRoot(brokersFromEnvironment())], providers: [Messages] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });

const job = app.get(Repid).job<unknown, string[]>('actorWithArgs', {
  args: { userId: 123, userName: 'Alex', userMessages: ['This is your first message!'] },
});
await job.enqueue();
await app.get(RepidWorker).run({ messagesLimit: 1 });

const result = await job.result();
console.log(JSON.stringify(result?.data));
await app.close();
