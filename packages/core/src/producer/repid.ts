import * as v from 'valibot';
import type { OutgoingBytes, OutgoingJson } from '../actor/message-dependency.js';
import { requireCapability } from '../broker/index.js';
import { Connection } from '../connection/connection.js';
import { DEFAULTS } from '../defaults.js';
import type { Duration } from '../duration/index.js';
import type { JobGraph } from '../graph/job-graph.js';
import { GraphWalk } from '../graph/walk.js';
import { enqueueJobs } from '../job/enqueue-jobs.js';
import { Job } from '../job/job.js';
import { requireJob, requireJobs } from '../job/job-reference.js';
import type { JobOptions } from '../job/job-options.js';
import { option } from '../options/index.js';
import { optionsParser } from '../options/options-parser.js';
import { Channel } from './channel.js';
import { outgoingBytes, outgoingJson, outgoingRequest } from './outgoing.js';
import { Producer } from './producer.js';
import { resolveRepidOptions, type RepidOptions } from './repid-options.js';
import { Requests } from './requests.js';

/** Creates jobs, sends messages and administers channels, over one connection. */
export class Repid {
  /** For workers and others that share the connection. */
  readonly producer: Producer;
  private readonly connection: Connection;
  private readonly requests: Requests;

  /** @throws InvalidOptionError */
  constructor(options: RepidOptions = {}) {
    const { producerMiddlewares, ...parts } = resolveRepidOptions(options);
    this.connection = new Connection(parts);
    this.producer = new Producer(this.connection, producerMiddlewares);
    this.requests = new Requests(this.producer);
  }

  /** Connects the brokers. Every call connects them if necessary; call this to fail early. */
  async connect(): Promise<void> {
    await this.connection.connect();
  }

  /**
   * Ends pending requests and waits, and disconnects the brokers, except those that others in this process still use.
   */
  async disconnect(): Promise<void> {
    try {
      await this.requests.close();
    } finally {
      await this.connection.disconnect();
    }
  }

  /**
   * Creates a job for the actor of this name. Nothing is sent before `job.enqueue()`.
   *
   * @throws InvalidOptionError, UnsupportedError
   */
  job<Args = unknown, Result = unknown>(name: string, options: JobOptions<Args> = {}): Job<Args, Result> {
    return new Job<Args, Result>(name, options, this.producer);
  }

  /**
   * Enqueues all of the jobs or none, in one write. They may depend on each other, in any order.
   *
   * Rejects as `job.enqueue()` does, and with DependencyError, naming the path, for jobs that could never all run.
   * After BrokerUnavailableError it may be called again with the same objects, like `job.enqueue()`.
   */
  async enqueue(jobs: readonly Job[]): Promise<void> {
    await enqueueJobs(requireJobs(jobs, 'repid.enqueue()'), this.producer);
  }

  /** Sends bytes. Rejects with InvalidOptionError, PayloadTooLargeError, BrokerUnavailableError. */
  async sendMessage(message: OutgoingBytes & { channel: string }): Promise<void> {
    await this.producer.publish([outgoingBytes(message)]);
  }

  /** Sends a value as JSON. Rejects as `sendMessage` does, and with SerializationError. */
  async sendMessageJson(message: OutgoingJson & { channel: string }): Promise<void> {
    await this.producer.publish([outgoingJson(message)]);
  }

  /**
   * Sends a value as JSON and resolves with the actor's reply, sent with `msg.replyJson()` or `msg.reply()`.
   *
   * @param options.timeout how long to wait; default 30 seconds
   * @throws TimeoutError if no reply arrives in time; RequestFailedError once the actor has failed for good
   */
  async request<Reply = unknown>(
    message: Omit<OutgoingJson, 'replyTo'> & { channel: string },
    options: { timeout?: Duration } = {},
  ): Promise<Reply> {
    const { timeout = DEFAULTS.requestTimeout } = parseRequestOptions(options, 'repid.request()');
    return (await this.requests.request(outgoingRequest(message), timeout)) as Reply;
  }

  /**
   * The jobs around a job: those it waits for and those that wait for it, while the broker holds them. At most 1,000.
   * `toMermaid()` draws them.
   *
   * @throws UnsupportedError if the broker does not support dependencies, or the job stores no result
   */
  async graph(job: Job): Promise<JobGraph> {
    const { broker, buckets } = this.connection;
    requireCapability(broker, 'dependencies', 'graph()');
    buckets.requireResults('graph()');
    await this.connection.ready();
    const { id, name, resultId = id, waitsFor } = requireJob(job, 'repid.graph()');
    return new GraphWalk(this.connection).from({ id: resultId, name, bucketId: resultId, waitsFor });
  }

  /** Administers a channel. @throws InvalidOptionError for an invalid name */
  channel(name: string): Channel {
    return new Channel(name, this.connection);
  }
}

const parseRequestOptions = optionsParser(v.strictObject({ timeout: v.optional(option.duration) }));
