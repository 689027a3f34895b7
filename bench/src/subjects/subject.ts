import type { Link, Message } from '../payload.js';

/**
 * The kinds of jobs:
 * - `bare`: a message without an id
 * - `job`: a job with an id, removed when it is done
 * - `result`: a job with an id, whose result is stored
 */
export type Variant = 'bare' | 'job' | 'result';

/** How a producer sends: libraries have different best settings for each. */
export type Sending = 'one at a time' | '100 in flight' | 'in bulk, 1,000 each';

/** The Redis server, the kind of jobs, and how a worker runs them. */
export interface QueueSettings {
  readonly url: string;
  readonly variant: Variant;
  readonly concurrency: number;
  /** Jobs are delayed. Some libraries check for delayed jobs only if configured to. @default false */
  readonly isDelayed?: boolean;
  /** Channels that the jobs are spread over. Only `repid-core` supports more than one. @default 1 */
  readonly channels?: number;
  /** Jobs are chains. */
  readonly chains?: Chains;
}

/** Chains, or fan-ins if a size is given. */
export interface Chains {
  /** `by hand`, or a method of the subject. */
  readonly method: string;
  readonly count: number;
  /** The number of parts of each fan-in. */
  readonly size?: number;
}

/** A system that is measured. All measures are loops over these few methods, the same for all systems. */
export interface Subject extends ChainMethod {
  produce(settings: QueueSettings, sending: Sending): Promise<Producer>;
  /** Other ways to run chains than a handler that adds the next step, by name. */
  readonly chainMethods?: Readonly<Record<string, ChainMethod>>;
}

/** A way to run chains: its producer is given their first steps. */
export interface ChainMethod {
  produce(settings: QueueSettings, sending: Sending): Promise<ChainProducer>;
  work(settings: QueueSettings, handler: Handler): Promise<RunningWorker>;
}

export interface ChainProducer {
  /** Sends all of them in as few calls as the library allows. */
  sendAll(messages: readonly Message[]): Promise<unknown>;
  /** Sends fan-ins, given the payloads of their parts. */
  sendFans?(fans: readonly (readonly Link[])[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface Producer extends ChainProducer {
  /** Resolves when Redis has stored the job. */
  send(message: Message): Promise<unknown>;
  /** Sends a job that must not run before `delay` milliseconds have passed. */
  sendDelayed?(message: Message, delay: number): Promise<unknown>;
  /** Returns the number of jobs that are not done. */
  left(): Promise<number>;
}

/** Runs the jobs of a worker. */
export interface Handler {
  /** Calls so far. */
  readonly handled: number;
  /**
   * Runs a job and returns its result.
   * @param add adds the next step of a chain; if omitted, that step is the result
   */
  handle(message: Message, add?: (next: Message) => unknown): unknown;
  /** Runs the job that collects the parts of a fan-in. */
  gather?(links: readonly Link[]): void;
}

/** Takes jobs until it is closed. */
export interface RunningWorker {
  /** Jobs that are acknowledged and whose results are stored. May lag behind, never ahead. */
  settled(): number;
  /** Stops receiving jobs, waits for jobs in flight, and closes all connections. */
  close(): Promise<void>;
}
