import type { ActorOptions } from '@repid/core';
import type { Candidate } from './candidate.js';

/** A method with `@Actor()`, found in the application. */
export interface FoundActor {
  readonly candidate: Candidate;
  readonly method: string;
  /** `Class.method` */
  readonly label: string;
  /** The options of the class, then those of the method. */
  readonly layers: readonly Partial<ActorOptions>[];
  /** The name of the actor's connection. */
  readonly connection: string;
}
