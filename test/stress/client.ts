import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerUnavailableError, type Job, Repid } from '@repid/core';
import { brokersAt } from './brokers.js';

/** The pause before something is tried again, in milliseconds. */
const PAUSE = 50;

/** How long a call is repeated, in milliseconds. */
const LONGEST = 120_000;

/** How long after a job has ended whoever waits for it may be told, in milliseconds. */
const TOLD_WITHIN = 30_000;

/** Enqueues what is to be done, and waits for it, over the same bad connection as everybody. */
export class Client {
  readonly repid: Repid;
  /** How many calls were refused or not answered, each to be made again. */
  unavailable = 0;
  /** The jobs whose end it waits for, or was told of too late. */
  private readonly untold = new Set<string>();

  constructor(url: string) {
    this.repid = new Repid({ ...brokersAt(url), onEvent: () => {} });
  }

  /**
   * As a client does that has to be sure: the same jobs again, for as long as it is not told. Those that are there already
   * are not enqueued twice.
   */
  async enqueue(make: (repid: Repid) => Job[]): Promise<void> {
    const jobs = make(this.repid);
    await this.insist(() => this.repid.enqueue(jobs));
  }

  /** Sends a bare message, at least once. */
  async send({ channel, topic, payload }: { channel: string; topic: string; payload: unknown }): Promise<void> {
    await this.insist(() => this.repid.sendMessageJson({ channel, payload, headers: { topic } }));
  }

  /** What the job's status says. */
  async stateOf(id: string): Promise<string> {
    const { state } = await this.insist(() => this.repid.job('any', { id }).status());
    return state;
  }

  /** Makes the call until it is answered, within limits. */
  async insist<Result>(call: (client: Client) => Promise<Result>): Promise<Result> {
    const end = performance.now() + LONGEST;
    for (;;) {
      try {
        return await call(this);
      } catch (error) {
        if (!(error instanceof BrokerUnavailableError) || performance.now() > end) throw error;
        this.unavailable += 1;
        await sleep(PAUSE);
      }
    }
  }

  /** Waits for the job's result, and remembers whether it was told in time. */
  watch(id: string): void {
    this.untold.add(id);
    const wait = async (): Promise<void> => {
      const job = this.repid.job('any', { resultId: id });
      const { finishedAt } = await this.insist(() => job.waitForResult({ timeout: '1h' }));
      if (Date.now() - finishedAt.getTime() < TOLD_WITHIN) this.untold.delete(id);
    };
    wait().catch(() => undefined);
  }

  /** The jobs of which it was not told in time; those that are still waited for as well. */
  get notTold(): readonly string[] {
    return [...this.untold];
  }

  close(): Promise<void> {
    return this.repid.disconnect();
  }
}
