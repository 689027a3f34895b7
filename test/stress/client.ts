import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerUnavailableError, type Job, Repid } from '@repid/core';
import { brokersAt } from './brokers.js';

/** Delay between two attempts of a call, in milliseconds. */
const RETRY_DELAY = 50;

/** How long a call is retried, in milliseconds. */
const RETRY_TIMEOUT = 120_000;

/** Maximum time between the end of a job and the arrival of its result at a waiting client, in milliseconds. */
const RESULT_DEADLINE = 30_000;

/** Enqueues jobs and waits for results, over a proxy port with faults. */
export class Client {
  readonly repid: Repid;
  /** Number of calls that failed with `BrokerUnavailableError` and were retried. */
  retries = 0;
  /** The jobs whose result is still awaited or came too late. */
  private readonly missing = new Set<string>();

  constructor(url: string) {
    this.repid = new Repid({ ...brokersAt(url), onEvent: () => {} });
  }

  /** Enqueues the jobs, and repeats it with the same jobs until it succeeds. Jobs that exist are not enqueued twice. */
  async enqueue(make: (repid: Repid) => Job[]): Promise<void> {
    const jobs = make(this.repid);
    await this.retryWhileUnavailable(() => this.repid.enqueue(jobs));
  }

  /** Sends a plain message at least once. */
  async send({ channel, topic, payload }: { channel: string; topic: string; payload: unknown }): Promise<void> {
    await this.retryWhileUnavailable(() => this.repid.sendMessageJson({ channel, payload, headers: { topic } }));
  }

  /** Returns the state of a job. */
  async stateOf(id: string): Promise<string> {
    const { state } = await this.retryWhileUnavailable(() => this.repid.job('any', { id }).status());
    return state;
  }

  /** Repeats the call while the broker is unavailable, up to a time limit. */
  async retryWhileUnavailable<Result>(call: (client: Client) => Promise<Result>): Promise<Result> {
    const end = performance.now() + RETRY_TIMEOUT;
    for (;;) {
      try {
        return await call(this);
      } catch (error) {
        if (!(error instanceof BrokerUnavailableError) || performance.now() > end) throw error;
        this.retries += 1;
        await sleep(RETRY_DELAY);
      }
    }
  }

  /** Waits for the job's result in the background. See `missedResults`. */
  expectResult(id: string): void {
    this.missing.add(id);
    const wait = async (): Promise<void> => {
      const job = this.repid.job('any', { resultId: id });
      const { finishedAt } = await this.retryWhileUnavailable(() => job.waitForResult({ timeout: '1h' }));
      if (Date.now() - finishedAt.getTime() < RESULT_DEADLINE) this.missing.delete(id);
    };
    wait().catch(() => undefined);
  }

  /** The jobs whose result did not arrive in time, including those that are still awaited. */
  get missedResults(): readonly string[] {
    return [...this.missing];
  }

  close(): Promise<void> {
    return this.repid.disconnect();
  }
}
