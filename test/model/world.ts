import type { MessageBroker, Repid } from '@repid/core';

/** Where a plan is played: brokers that nobody else uses, and the connections of those who take part. */
export interface World {
  readonly client: Repid;
  /** Of two; in the first things go wrong as they are told to. */
  readonly workers: readonly [Repid, Repid];
  /** The broker of the one that takes messages and never settles them. */
  readonly ghost: MessageBroker;
  /** Begins the names of channels, jobs and buckets. */
  readonly name: string;
  /** How long any result may take, by the world's clock. */
  readonly patience: string;
  /** Waits for what is to come, as long as that takes, and lets ownership run out meanwhile. Rejects where it does not come. */
  until<T>(coming: Promise<T>): Promise<T>;
  /** True where a worker may have lost a message that it ran: then its actor runs again. */
  mayHaveRunTwice(): boolean;
  /** What is left that should not be there, when so many jobs have ended and so many of them failed. */
  leftovers(jobs: readonly string[], failed: number): Promise<readonly string[]>;
  close(): Promise<void>;
}
