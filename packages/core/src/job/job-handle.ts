/** The key under which a job, and its bound `enqueue`, hold the job. */
export const JOB: unique symbol = Symbol('repid.job');

/** What other modules need to know of a job. This file imports nothing, so any module may import it without a cycle. */
export interface JobHandle {
  /** @internal */
  readonly [JOB]: JobHandle;
  readonly id: string;
  /** The topic: names the actor. */
  readonly name: string;
  /** Name and id, for errors. */
  readonly label: string;
  /** The bucket that stores the result; undefined for a job that stores none. */
  readonly resultId: string | undefined;
  /** False for a job that was never enqueued and whose id only its own object knows. */
  readonly mayExist: boolean;
}

/** The job behind a job, or behind its `enqueue`; undefined for anything else. */
export function handleOf(value: unknown): JobHandle | undefined {
  const mayHold = typeof value === 'function' || (typeof value === 'object' && value !== null);
  return mayHold ? (value as { [JOB]?: JobHandle })[JOB] : undefined;
}
