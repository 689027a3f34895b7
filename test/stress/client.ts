import { BrokerUnavailableError, DuplicateJobError, type Job, Repid } from '@repid/core';
import { brokersAt } from './brokers.js';
import { chainJobs, fanInJobs } from './work.js';

/** Enqueues what is to be done, over the same bad connection as everybody. */
export class Client {
  private readonly repid: Repid;

  constructor(url: string) {
    this.repid = new Repid({ ...brokersAt(url), onEvent: () => {} });
  }

  chain(chain: number): Promise<void> {
    return this.enqueue(() => chainJobs(this.repid, chain));
  }

  fanIn(fanIn: number): Promise<void> {
    return this.enqueue(() => fanInJobs(this.repid, fanIn));
  }

  close(): Promise<void> {
    return this.repid.disconnect();
  }

  /** As a client does that has to be sure. Where it learns nothing, it looks: all of them are there, or none. */
  private async enqueue(make: () => Job[]): Promise<void> {
    for (let mayBeThere = false; ; mayBeThere = true) {
      const jobs = make();
      try {
        if (mayBeThere && (await this.isThere(jobs[0]!))) return;
        return await this.repid.enqueue(jobs);
      } catch (error) {
        if (error instanceof DuplicateJobError) return;
        if (!(error instanceof BrokerUnavailableError)) throw error;
      }
    }
  }

  private async isThere(job: Job): Promise<boolean> {
    return (await job.status()).state !== 'unknown';
  }
}
