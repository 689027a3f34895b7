import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { brokersFromEnvironment } from '@repid/brokers';
import { Actor, chain, Repid, RepidModule, RepidWorker } from '@repid/nestjs';

@Injectable()
class Tasks {
  @Actor()
  taskA(): string {
    console.log('Running Task A');
    return 'Data from A';
  }

  @Actor()
  taskB(data: string): string {
    console.log(`Running Task B with ${data}`);
    return 'Result from B';
  }

  @Actor()
  taskC(data: string): string {
    console.log(`Running Task C with ${data}`);
    return 'Workflow Complete';
  }
}

@Module({ imports: [RepidModule.forRoot(brokersFromEnvironment())], providers: [Tasks] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
const repid = app.get(Repid);

const a = repid.job('taskA');
const b = repid.job('taskB');
const c = repid.job<unknown, string>('taskC');
await repid.enqueue(chain([a, b, c])); // the same as { argsFrom: a } for b, and { argsFrom: b } for c
await app.get(RepidWorker).run({ messagesLimit: 3 });

const result = await c.result();
console.log(result?.data);
await app.close();
