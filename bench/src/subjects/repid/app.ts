import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RepidWorker } from '@repid/nestjs';
import type { Place, RunningWorker } from '../subject.js';

/** A Nest application without HTTP, which says only what goes wrong. */
export function startApp(module: DynamicModule): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(module, { logger: ['warn', 'error'] });
}

/** Runs the worker of an application until it is closed, and the application with it. */
export function workIn(
  app: INestApplicationContext,
  { concurrency }: Place,
  actors: { readonly handled: number },
): RunningWorker {
  const worker = app.get(RepidWorker);
  const work = worker.run({ concurrency, handleSignals: [] });
  return {
    settled: () => actors.handled - worker.inFlight,
    async close() {
      await worker.stop();
      await work;
      await app.close();
    },
  };
}
