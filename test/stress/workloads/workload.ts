import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageDependency, Repid } from '@repid/core';
import type { Evidence, Finding } from '../evidence.js';
import type { Witness } from '../witness.js';

/** One kind of work: what clients enqueue and do to it, and how it must have ended. */
export interface Workload {
  /** So many pieces of it. */
  readonly amount: number;
  /** Enqueues a piece and does to it what is to be done. Resolves when it is known what has come of that. */
  enqueue(n: number): Promise<void>;
  /** What is not as it should be when all is over. */
  findings(evidence: Evidence): Finding[];
}

/** What actors stand on. */
export interface ActorTools {
  readonly repid: Repid;
  readonly witness: Witness;
}

/** The channel that most of it runs on. */
export const WORK = 'work';

/** Two channels on which the same happens at the same time, with the same ids. */
export const TWINS = ['mail', 'billing'] as const;

/** The channel of jobs that kill their workers, and of others beside them. */
export const RISKY = 'risky';

/**
 * The channel on which each committed settlement leaves a bare message. It has no id by which it could be dropped when it
 * comes twice, so there are as many of them as settlements were committed.
 */
export const AUDIT = 'audit';

/** The longest that a job takes, so that a kill finds many of them running. In milliseconds. */
const LONGEST = 200;

/** Runs the job of this name: notes that it has begun, takes a while, and has its settlement leave a message. */
export async function perform(
  { witness }: ActorTools,
  msg: MessageDependency,
  name: string,
  takes = Math.random() * LONGEST,
): Promise<void> {
  witness.note('begin', name);
  await sleep(takes);
  await msg.sendMessageJson({ channel: AUDIT, payload: { name } });
}
