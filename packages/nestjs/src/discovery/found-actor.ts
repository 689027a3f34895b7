import type { ActorOptions } from '@repid/core';
import type { Candidate } from './candidate.js';

/** A method that wears `@Actor()`, found in the application. */
export interface FoundActor {
  readonly candidate: Candidate;
  readonly method: string;
  /** `Class.method` */
  readonly label: string;
  /** What the class and the method say, in this order. */
  readonly layers: readonly Partial<ActorOptions>[];
  /** The connection that it is on. */
  readonly connection: string;
}
