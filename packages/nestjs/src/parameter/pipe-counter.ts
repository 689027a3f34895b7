import { AsyncLocalStorage } from 'node:async_hooks';
import type { PipeTransform } from '@nestjs/common';
import type { RepidRun } from '../context/index.js';

/** The current run. Set only for actors with pipes: Nest does not pass the run to pipes. */
export const runInPipes = new AsyncLocalStorage<RepidRun>();

/** The last pipe of each parameter. Counts finished parameters, to distinguish a pipe's error from the actor's. */
export const pipeCounter: PipeTransform = {
  transform(value: unknown): unknown {
    const run = runInPipes.getStore();
    if (run) run.pipedCount += 1;
    return value;
  },
};
