import type { Wait } from '../dependency/waits.js';
import type { Message } from '../message/message.js';

/** The state of a job that the broker holds. */
export type JobLocation = 'waiting' | 'delayed' | 'queued' | 'running';

/** A job's id and its channel. */
export interface JobReference {
  readonly channel: string;
  readonly jobId: string;
}

/** A job that the broker holds, and its state. */
export interface JobPlace extends JobReference {
  readonly location: JobLocation;
}

/** Everything that a broker knows about a job that it holds. */
export interface JobInspection extends JobPlace {
  readonly message: Message;
  /** When it may be delivered, in milliseconds since the epoch; only for a delayed job. */
  readonly dueAt?: number;
  /** The buckets that are not stored yet; only for a waiting job. */
  readonly missing?: readonly Wait[];
}
