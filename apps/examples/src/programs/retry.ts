import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { brokersFromEnvironment } from '@repid/brokers';
import { Actor, Actors, MessageDependency, Repid, RepidModule, RepidWorker } from '@repid/nestjs';

@Injectable()
@Actors({ channel: 'retries', retryPolicy: () => '10ms' })
class Tasks {
  @Actor()
  failsTwice(@MessageDependency() msg: MessageDependency): string {
    const { alreadyTried } = msg.parameters.retries;
    console.log(`failsTwice: run ${alreadyTried + 1}`);
    if (alreadyTried < 2) throw new Error('not yet');
    return 'done';
  }

  @Actor()
  alwaysFails(@MessageDependency() msg: MessageDependency): never {
    const run = msg.parameters.retries.alreadyTried + 1;
    console.log(`alwaysFails: run ${run}`);
    throw new Error(`failed in run ${run}`);
  }
}

@Module({ imports: [RepidModule.forRoot(brokersFromEnvironment())], providers: [Tasks] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false }); // each failure would be logged
const repid = app.get(Repid);
const worker = app.get(RepidWorker);
const channel = repid.channel('retries');

const done = await repid.job<unknown, string>('failsTwice', { channel: 'retries', retries: 3 }).enqueue();
await worker.run({ messagesLimit: 3 });
console.log(`Result: ${(await done.result())?.data}`);

await repid.job('alwaysFails', { channel: 'retries', retries: 3 }).enqueue();
await worker.run({ messagesLimit: 4 });
for (const { reason } of await channel.deadLetters()) {
  console.log(`Dead letter after ${reason.attempts} runs: ${reason.name}: ${reason.message}`);
}

await channel.delete(); // including the dead letter, so that the program can be run again
await app.close();
