import type { MessageBroker, Repid } from '@repid/core';
import type { Faults } from '@repid/core/testing';
import type { StrikePlan } from '../plan/plan.js';

/** A process that works: what it is connected by, and what goes wrong in it. */
export interface WorkerProcess {
  readonly repid: Repid;
  readonly faults: Faults;
}

/** How long things take in a world, in milliseconds. */
export interface Times {
  readonly retryDelay: number;
  readonly deferral: number;
  /** How often recurring jobs come. */
  readonly period: number;
  /** The time limit of runs that hang: more than any other run of theirs takes on a busy machine. */
  readonly timeLimit: number;
  /** How often it is looked whether anything goes on; 0 for each turn of the event loop. */
  readonly pollInterval: number;
}

/** The buckets that are left when everything is over. */
export interface ExpectedBuckets {
  /** They expire. */
  readonly results: ReadonlySet<string>;
  /** Arguments buckets with a name, which stay. */
  readonly named: ReadonlySet<string>;
  /** How many arguments buckets of its own each of these jobs has left, for its dead letters. */
  readonly own: ReadonlyMap<string, number>;
}

/** Where a plan is carried out: brokers that nobody else uses, and the connections of those who take part. */
export interface World {
  /** Enqueues jobs. Its calls of `publish` may be struck. */
  readonly client: Repid;
  /** Looks, sends bare messages, and looks after channels. */
  readonly observer: Repid;
  /** The broker of the worker that takes messages and never settles them. */
  readonly stalled: MessageBroker;
  readonly channels: readonly string[];
  /** Begins the names of jobs and buckets. */
  readonly name: string;
  readonly times: Times;
  /** How long any result may take, by the world's clock. */
  readonly timeout: string;
  /** How many runs of a job may begin when it was cancelled already: its worker may have yet to be told. */
  readonly lateBeginnings: number;
  now(): number;
  startProcess(strikes: readonly StrikePlan[]): WorkerProcess;
  /** Waits for what is to come, as long as that takes, and lets ownership run out meanwhile. Rejects where it does not come. */
  until<T>(coming: Promise<T>): Promise<T>;
  /** True where a worker has lost a message that it ran, for whatever reason. */
  hasLostOwnership(): boolean;
  /** From now on the broker takes no more; undefined where it always has room. */
  readonly fill?: () => Promise<void>;
  readonly makeRoom?: () => Promise<void>;
  /** What is left that should not be there, once everything has ended and the workers have left. */
  leftovers(expected: ExpectedBuckets): Promise<readonly string[]>;
  close(): Promise<void>;
}
