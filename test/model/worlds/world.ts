import type { MessageBroker, Repid } from '@repid/core';
import type { Faults } from '@repid/core/testing';
import type { StrikePlan } from '../plan/plan.js';

/** The process of a worker: its connection and its faults. */
export interface WorkerProcess {
  readonly repid: Repid;
  readonly faults: Faults;
}

/** Durations in a world, in milliseconds. */
export interface Times {
  readonly retryDelay: number;
  readonly deferral: number;
  /** The interval of recurring jobs. */
  readonly period: number;
  /** The timeout of jobs that hang. Longer than their other runs take on a busy machine. */
  readonly timeLimit: number;
  /** The interval of idle checks; 0 checks in each event loop turn. */
  readonly pollInterval: number;
}

/** The buckets that remain at the end. */
export interface ExpectedBuckets {
  /** Result buckets, which expire. */
  readonly results: ReadonlySet<string>;
  /** Named arguments buckets, which do not expire. */
  readonly named: ReadonlySet<string>;
  /** The number of own arguments buckets that remain for each job. */
  readonly own: ReadonlyMap<string, number>;
}

/** Where a plan runs: brokers that no other test uses, and the connections of all processes. */
export interface World {
  /** Enqueues jobs. Its `publish` calls may fail. */
  readonly client: Repid;
  /** Reads states, sends bare messages, and administers channels. Its calls do not fail. */
  readonly observer: Repid;
  /** The broker of the stalled worker. */
  readonly stalled: MessageBroker;
  readonly channels: readonly string[];
  /** The prefix of job ids and bucket ids. */
  readonly name: string;
  readonly times: Times;
  /** The timeout for results, by the world's clock. */
  readonly timeout: string;
  /** How many runs of a job may start after it was cancelled: the worker may not know yet. */
  readonly lateStarts: number;
  now(): number;
  startProcess(strikes: readonly StrikePlan[]): WorkerProcess;
  /** Waits for the promise, and lets ownership expire in the meantime. Rejects after the time limit. */
  until<T>(coming: Promise<T>): Promise<T>;
  /** True if a worker has lost the ownership of a message. */
  hasLostOwnership(): boolean;
  /** Makes the broker refuse writes; undefined if the broker is never full. */
  readonly fill?: () => Promise<void>;
  readonly makeRoom?: () => Promise<void>;
  /** Returns what should not remain after all jobs have ended and the workers have stopped. */
  leftovers(expected: ExpectedBuckets): Promise<readonly string[]>;
  close(): Promise<void>;
}
