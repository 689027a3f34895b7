import type { Link, Message } from '../payload.js';

/**
 * The kinds of jobs:
 * - `bare`: a message without an id
 * - `job`: a job with an id, removed when it is done
 * - `result`: a job with an id, whose result is stored
 */
export type Variant = 'bare' | 'job' | 'result';

/** How a producer sends: libraries have different best settings for each. */
export type Sending = 'one at a time' | 'in flight' | 'bulk';

/** The Redis server, the kind of jobs, and how a worker runs them. */
export interface QueueSettings {
  readonly url: string;
  readonly variant: Variant;
  readonly concurrency: number;
  /** Jobs are delayed. Some libraries check for delayed jobs only if configured to. @default false */
  readonly isDelayed?: boolean;
  /** Handlers add jobs. @default false */
  readonly addsJobs?: boolean;
  /** Channels that the jobs are spread over. Only `repid-core` supports more than one. @default 1 */
  readonly channels?: number;
}

export interface Producer {
  /** Resolves when Redis has stored the job. */
  send(message: Message): Promise<unknown>;
  /** Sends all of them in as few calls as the library allows. */
  sendAll(messages: readonly Message[]): Promise<unknown>;
  /** Sends a job that must not run before `delay` milliseconds have passed. */
  sendDelayed?(message: Message, delay: number): Promise<unknown>;
  /** Returns the number of jobs that are not done. */
  left(): Promise<number>;
  close(): Promise<void>;
}

/** Runs the jobs of a worker. */
export interface Handler {
  /** Calls so far. */
  readonly handled: number;
  /** @param add enqueues another job, if the settings say `addsJobs` */
  handle(message: Message, add?: (message: Message) => unknown): unknown;
}

/** Takes jobs until it is closed. */
export interface RunningWorker {
  /** Jobs that are acknowledged and whose results are stored. May lag behind, never ahead. */
  settled(): number;
  /** Stops receiving jobs, waits for jobs in flight, and closes all connections. */
  close(): Promise<void>;
}

/** A system that is measured. All measures are loops over these few methods, the same for all systems. */
export interface Subject {
  produce(settings: QueueSettings, sending: Sending): Promise<Producer>;
  work(settings: QueueSettings, handler: Handler): Promise<RunningWorker>;
  /** Methods to run dependent jobs, by name. */
  readonly chainMethods?: Readonly<Record<string, ChainMethod>>;
}

/** A method to run dependent jobs. */
export interface ChainMethod {
  start(settings: QueueSettings): Promise<ChainProducer>;
  work(settings: QueueSettings, steps: Steps): Promise<RunningWorker>;
}

export interface ChainProducer {
  /** Enqueues chains, given the payloads of their first steps. */
  chains(first: readonly Link[]): Promise<unknown>;
  /** Enqueues fan-ins, given the payloads of their parts. */
  fans?(fans: readonly (readonly Link[])[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface Steps extends Pick<Handler, 'handled'> {
  /** Runs a step of a chain or a part of a fan-in; returns the payload of the next step. */
  next(link: Link): Link;
  /** Runs the job that collects the parts of a fan-in. */
  gather(links: readonly Link[]): void;
}
