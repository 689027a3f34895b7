import type { Link } from '../links.js';
import type { Place, RunningWorker } from './subject.js';

/** What runs: a step of a chain or a part of a fan, and what gathers the parts of a fan. */
export interface Steps {
  next(link: Link): Link;
  gather(links: readonly Link[]): void;
}

/** Enqueues jobs that need each other. */
export interface Starter {
  /** Chains whose first steps are given these. */
  chains(first: readonly Link[]): Promise<unknown>;
  /** Fans of these parts, each with a job that gathers them. */
  fans?(fans: readonly (readonly Link[])[]): Promise<unknown>;
  close(): Promise<void>;
}

/** A way in which a system runs jobs of which one takes what others have come to. */
export interface Way {
  start(place: Place): Promise<Starter>;
  work(place: Place, steps: Steps): Promise<RunningWorker>;
}
