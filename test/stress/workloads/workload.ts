import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageDependency, Repid } from '@repid/core';
import type { Observations, Finding } from '../observations.js';
import type { RunLog } from '../run-log.js';

/** A kind of work: what the client does, and the expected outcome. */
export interface Workload {
  /** Number of items. */
  readonly count: number;
  /** Returns the round in which an item is enqueued. @default items are spread over all rounds */
  roundOf?(n: number, rounds: number): number;
  /** Enqueues an item, and performs its further steps, such as a cancellation. Resolves when their outcome is known. */
  enqueue(n: number): Promise<void>;
  /** Returns the violations at the end of the run. */
  findings(observations: Observations): Finding[];
}

/** What actors use. */
export interface ActorTools {
  readonly repid: Repid;
  readonly runLog: RunLog;
}

/** The channel of most jobs. */
export const WORK = 'work';

/** Two channels that get the same items at the same time, with the same ids. */
export const CHANNEL_PAIR = ['mail', 'billing'] as const;

/** The channel of poison jobs and of the harmless jobs that run with them. */
export const POISON = 'poison';

/**
 * The channel to which each committed settlement publishes a plain message. Messages without an id are not deduplicated, so
 * their number is the number of committed settlements.
 */
export const AUDIT = 'audit';

/** Maximum duration of a job, in milliseconds. Long enough that a killed worker runs many of them. */
const MAX_DURATION = 200;

/** Runs a job: logs its start, waits for `duration` ms, and publishes a message with its settlement. */
export async function perform(
  { runLog }: ActorTools,
  msg: MessageDependency,
  name: string,
  duration = Math.random() * MAX_DURATION,
): Promise<void> {
  runLog.add('start', name);
  await sleep(duration);
  await msg.sendMessageJson({ channel: AUDIT, payload: { name } });
}
