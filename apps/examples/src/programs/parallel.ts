import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { brokersFromEnvironment } from '@repid/brokers';
import { Actor, chord, DependencyResults, Payload, Repid, RepidModule, RepidWorker } from '@repid/nestjs';

@Injectable()
class Tasks {
  @Actor()
  taskA(): string {
    return 'data from A';
  }

  @Actor()
  part(@Payload('name') name: string, @DependencyResults() [data]: [string]): string {
    return `${name} with ${data}`;
  }

  @Actor()
  aggregateResults(@DependencyResults() results: string[]): string[] {
    return results;
  }
}

@Module({ imports: [RepidModule.forRoot(brokersFromEnvironment())], providers: [Tasks] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
const repid = app.get(Repid);
const worker = app.get(RepidWorker);

/** Runs A, then the parts in parallel, then a job with all their results. Returns them in the order of the names. */
async function runWorkflow(names: string[]): Promise<string[]> {
  const a = repid.job('taskA');
  const parts = names.map((name) => repid.job('part', { args: { name }, dependsOn: a }));
  const last = repid.job<unknown, string[]>('aggregateResults');
  await repid.enqueue([a, ...chord(parts, last)]);
  await worker.run({ messagesLimit: names.length + 2 });
  return (await last.result())?.data ?? [];
}

const results = await runWorkflow(['B', 'C', 'D']);
console.log(`Aggregated ${results.length}: ${results.join(', ')}`);

const thousand = await runWorkflow(Array.from({ length: 1_000 }, (_, index) => `part ${index + 1}`));
console.log(`Aggregated ${thousand.length}: ${thousand[0]}, ..., ${thousand.at(-1)}`);

await app.close();
