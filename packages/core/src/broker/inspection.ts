import type { Wait } from '../dependency/waits.js';
import type { Message } from '../message/message.js';

/** Where a job is, for as long as the broker holds it. */
export type JobLocation = 'waiting' | 'delayed' | 'queued' | 'running';

/** Names a job, and the channel that it is on. */
export interface JobReference {
  readonly channel: string;
  readonly jobId: string;
}

/** A job that the broker holds, and where it is. */
export interface JobPlace extends JobReference {
  readonly location: JobLocation;
}

/** What a broker knows of a job that it holds. */
export interface JobInspection extends JobPlace {
  readonly message: Message;
  /** When it may be delivered, in milliseconds since the epoch; only where it is delayed. */
  readonly dueAt?: number;
  /** The buckets that have not come yet; only where it waits. */
  readonly missing?: readonly Wait[];
}
