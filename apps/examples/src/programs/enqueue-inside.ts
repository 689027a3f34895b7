import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { brokersFromEnvironment } from '@repid/brokers';
import { Actor, MessageDependency, Payload, Repid, RepidModule, RepidWorker } from '@repid/nestjs';

@Injectable()
class Tasks {
  constructor(private readonly repid: Repid) {}

  @Actor()
  async main(@MessageDependency() msg: MessageDependency): Promise<void> {
    const a = await this.repid.job<unknown, string>('taskA').enqueue(); // published now, because its result is awaited
    const data = await a.waitUntilFinished({ timeout: '10s', signal: msg.signal });
    msg.enqueue(this.repid.job('taskB', { args: { data } })); // published atomically with this job's settlement
  }

  @Actor()
  taskA(): string {
    console.log('Task A done');
    return 'A';
  }

  @Actor()
  taskB(@Payload('data') data: string): void {
    console.log(`Task B received ${data}`);
  }
}

@Module({ imports: [RepidModule.forRoot(brokersFromEnvironment())], providers: [Tasks] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });

await app.get(Repid).job('main').enqueue();
await app.get(RepidWorker).run({ messagesLimit: 3 });
await app.close();
