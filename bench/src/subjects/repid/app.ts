import { Module, type DynamicModule, type INestApplicationContext, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RepidModule, RepidWorker } from '@repid/nestjs';
import type { Place, RunningWorker } from '../subject.js';
import { brokersAt } from './brokers.js';

/** A Nest application without HTTP, with such providers, which says only what goes wrong. */
export function startApp(place: Place, providers: Provider[] = []): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(AppModule.at(place, providers), { logger: ['warn', 'error'] });
}

@Module({})
class AppModule {
  static at(place: Place, providers: Provider[]): DynamicModule {
    return { module: AppModule, imports: [RepidModule.forRoot(brokersAt(place))], providers };
  }
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
