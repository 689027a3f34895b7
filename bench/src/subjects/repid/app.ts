import type { Type } from '@nestjs/common';
import { Repid, RepidModule, RepidWorker } from '@repid/nestjs';
import { startApp } from '../nest-app.js';
import type { Handler, QueueSettings, RunningWorker } from '../subject.js';
import { brokersAt, producerOf, runningWorker } from './connection.js';

/** Injects the handler into actors. */
export const HANDLER = Symbol('handler');

/** Connects a Nest application without actors. Returns its producer and its client. */
export async function connect(settings: QueueSettings) {
  const app = await startApp({ imports: [RepidModule.forRoot(brokersAt(settings))] });
  const repid = app.get(Repid);
  await repid.connect();
  return { ...producerOf(repid, settings), close: () => app.close(), repid };
}

/** Runs the worker of a Nest application that has these actors. */
export async function workIn(settings: QueueSettings, handler: Handler, actors: Type): Promise<RunningWorker> {
  const app = await startApp({
    imports: [RepidModule.forRoot(brokersAt(settings))],
    providers: [actors, { provide: HANDLER, useValue: handler }],
  });
  const worker = app.get(RepidWorker);
  const run = worker.run({ concurrency: settings.concurrency, handleSignals: [] });
  return runningWorker(worker, run, handler, () => app.close());
}
