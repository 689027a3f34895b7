import { AsyncLocalStorage } from 'node:async_hooks';
import type { PipeTransform } from '@nestjs/common';
import type { RepidRun } from '../context/index.js';

/** The run whose pipes are at work; set only for actors that have pipes. A pipe is not told for whom it works. */
export const pipedRun = new AsyncLocalStorage<RepidRun>();

/** Stands behind the pipes of each parameter and counts what comes through, to tell a pipe's error from the actor's. */
export const pipesEnd: PipeTransform = {
  transform(value: unknown): unknown {
    const run = pipedRun.getStore();
    if (run) run.piped += 1;
    return value;
  },
};
