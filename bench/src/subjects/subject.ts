import type { Note } from '../payload.js';
import type { Way } from './way.js';

/**
 * What is sent:
 * - `bare`: a message, without an id
 * - `job`: a job with an id, forgotten when it is done
 * - `result`: a job with an id, whose result is stored
 */
export type Variant = 'bare' | 'job' | 'result';

/** How a producer is going to send: libraries have their best settings for each. */
export type Sending = 'one at a time' | 'in flight' | 'bulk';

/** Where the jobs lie, of what kind they are, and how many of them the worker there runs at once. */
export interface Place {
  readonly url: string;
  readonly variant: Variant;
  readonly concurrency: number;
  /** Jobs are sent for later: some must be told to look for them. @default false */
  readonly isDelayed?: boolean;
  /** Over how many channels the jobs are spread. Only `repid-core` has more than one. @default 1 */
  readonly channels?: number;
}

/** What a handler returns: something small where results are stored, otherwise nothing. */
export type Outcome = { readonly id: number } | undefined;

/** Runs for each job. */
export type Handle = (note: Note) => Outcome;

/** Sends jobs. */
export interface Producer {
  /** Sends one; resolves when Redis has taken it. */
  send(note: Note): Promise<unknown>;
  /** Sends all of them in the fewest calls that the library has. */
  sendAll(notes: readonly Note[]): Promise<unknown>;
  /** Sends one that is not to be run before so many milliseconds have passed. */
  sendLater?(note: Note, delay: number): Promise<unknown>;
  /** Jobs that are not done: waiting or in somebody's hands. */
  left(): Promise<number>;
  close(): Promise<void>;
}

/** Takes jobs, from when it is made until it is closed. */
export interface RunningWorker {
  /** Jobs that are done: acknowledged, and their results stored. It never says too many. */
  settled(): number;
  /** Lets running jobs end. Takes no more, and leaves no connection open. */
  close(): Promise<void>;
}

/** A system that is measured. Every measure is one loop over these few verbs, the same for all. */
export interface Subject {
  produce(place: Place, sending: Sending): Promise<Producer>;
  work(place: Place, handle: Handle): Promise<RunningWorker>;
  /** How it runs jobs that need each other, by name. */
  readonly ways?: Readonly<Record<string, Way>>;
}
