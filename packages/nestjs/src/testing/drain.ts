import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import * as v from 'valibot';
import { scheduleTimer, TimeoutError, Worker, type Duration, type Repid } from '@repid/core';
import { option, parseOptions } from '@repid/core/internal';
import type { RepidConnection } from '../connection/repid-connection.js';
import { choiceEntries, connectionOf, type ConnectionChoice } from './connection-of.js';

/** The options of `drain()`. */
export interface DrainOptions extends ConnectionChoice {
  /** Time limit, in real time. @default '10s' */
  timeout?: Duration;
}

const schema = v.strictObject({ ...choiceEntries, timeout: v.optional(option.duration, '10s') });

/** Interval in milliseconds between two checks of a running worker's channels. */
const POLL_INTERVAL = 2;

/**
 * Runs all due messages, and those that they publish, until no message is queued. Delayed messages stay: see
 * `advance()`. If the application's worker is running, waits until it has nothing left to do.
 *
 * @throws TimeoutError that lists the remaining messages
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
  if (isLate) throw drainTimeout(limit, await unfinishedChannels(repid, router.channels));
}

async function waitUntilDrained({ repid, router, worker }: RepidConnection, limit: number): Promise<void> {
  const end = Date.now() + limit;
  for (;;) {
    const unfinished = await unfinishedChannels(repid, router.channels);
    if (unfinished.length === 0 && worker.inFlight === 0) return;
    if (Date.now() > end) throw drainTimeout(limit, unfinished);
    await pause(POLL_INTERVAL);
  }
}

/** Describes the channels with queued or running messages. Messages queued on a paused channel do not count. */
async function unfinishedChannels(repid: Repid, channels: readonly string[]): Promise<string[]> {
  const stats = await Promise.all(channels.map(async (name) => ({ name, ...(await repid.channel(name).stats()) })));
  return stats
    .filter(({ queued, running, paused }) => running > 0 || (queued > 0 && !paused))
    .map(({ name, queued, running }) => `"${name}" (${queued} queued, ${running} running)`);
}

function drainTimeout(limit: number, unfinished: readonly string[]): TimeoutError {
  const channels = unfinished.join(', ') || 'none';
  return new TimeoutError(`drain() did not finish within ${limit} ms. Unfinished channels: ${channels}.`);
}
