import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import * as v from 'valibot';
import { scheduleTimer, TimeoutError, Worker, type Duration, type Repid } from '@repid/core';
import { option, parseOptions } from '@repid/core/internal';
import type { RepidConnection } from '../connection/repid-connection.js';
import { choiceEntries, connectionOf, type ConnectionChoice } from './connection-of.js';

/** How `drain` works. */
export interface DrainOptions extends ConnectionChoice {
  /** How long it may take, in real time. @default '10s' */
  timeout?: Duration;
}

const schema = v.strictObject({ ...choiceEntries, timeout: v.optional(option.duration, '10s') });

/** How often the channels of a worker that runs are looked at, in milliseconds. */
const LOOK_EVERY = 2;

/**
 * Runs everything that is due, and what follows from it, and returns when nothing is queued. What is delayed stays:
 * see `advance()`. Where the application's worker runs already, it waits until that has nothing left to do.
 *
 * @throws TimeoutError that says what is left
 */
export async function drain(app: INestApplicationContext, options: DrainOptions = {}): Promise<void> {
  const { timeout: limit, ...choice } = parseOptions(schema, options, 'drain()');
  const connection = connectionOf(app, choice);
  if (connection.router.channels.length === 0) return;
  await connection.repid.connect();
  if (connection.worker.state === 'idle') await runUntilDrained(connection, limit);
  else await waitUntilDrained(connection, limit);
}

async function runUntilDrained({ repid, router }: RepidConnection, limit: number): Promise<void> {
  const worker = new Worker(repid.producer, router);
  let isLate = false;
  const cancelTimer = scheduleTimer(() => {
    isLate = true;
    void worker.stop();
  }, limit);
  try {
    await worker.run({ burst: true, handleSignals: [], gracefulShutdownTime: 0 });
  } finally {
    cancelTimer();
  }
  if (isLate) throw tooLate(limit, await leftOn(repid, router.channels));
}

async function waitUntilDrained({ repid, router, worker }: RepidConnection, limit: number): Promise<void> {
  const end = Date.now() + limit;
  for (;;) {
    const left = await leftOn(repid, router.channels);
    if (left.length === 0 && worker.inFlight === 0) return;
    if (Date.now() > end) throw tooLate(limit, left);
    await pause(LOOK_EVERY);
  }
}

/** The channels with something queued or running; paused ones are left alone. */
async function leftOn(repid: Repid, channels: readonly string[]): Promise<string[]> {
  const stats = await Promise.all(channels.map(async (name) => ({ name, ...(await repid.channel(name).stats()) })));
  return stats
    .filter(({ queued, running, paused }) => running > 0 || (queued > 0 && !paused))
    .map(({ name, queued, running }) => `"${name}" (${queued} queued, ${running} running)`);
}

function tooLate(limit: number, left: readonly string[]): TimeoutError {
  return new TimeoutError(`drain() was not done after ${limit} ms. Left on channels: ${left.join(', ') || 'none'}.`);
}
