import { AsyncLocalStorage } from 'node:async_hooks';
import type { Follower } from './followers.js';
import type { ActorResult } from './disposition.js';

/** Calls something in the asynchronous context of another place. */
export type Context = <T>(act: () => T) => T;

/** What a run has set, sent and added so far, and that is yet to be committed, sent or called. */
export class RunEffects {
  chosenResult: ActorResult | undefined;
  // Not before they are needed: most runs send nothing and have nothing called.
  private followers: Follower[] | undefined;
  private callbacks: (() => unknown)[] | undefined;
  private context: Context | undefined;

  /** @param keepsContext true where somebody looks at the asynchronous context that followers are sent in */
  constructor(private readonly keepsContext: boolean) {}

  get hasFollowers(): boolean {
    return this.followers !== undefined;
  }

  get hasCallbacks(): boolean {
    return this.callbacks !== undefined && this.callbacks.length > 0;
  }

  addFollower(follower: Follower): void {
    if (this.keepsContext) this.context ??= AsyncLocalStorage.snapshot() as Context;
    (this.followers ??= []).push(follower);
  }

  addCallback(callback: () => unknown): void {
    (this.callbacks ??= []).push(callback);
  }

  /** All followers so far, in order; those that are added later come next time. */
  takeFollowers(): readonly Follower[] {
    const { followers } = this;
    this.followers = undefined;
    return followers ?? NONE;
  }

  /** Puts back what could not be sent. */
  returnFollowers(followers: readonly Follower[]): void {
    if (followers.length > 0) this.followers = [...followers, ...(this.followers ?? NONE)];
  }

  takeCallback(): (() => unknown) | undefined {
    return this.callbacks?.shift();
  }

  /** Forgets what is yet to be sent or called. */
  drop(): void {
    this.followers = undefined;
    this.callbacks = undefined;
  }

  /** Calls it in the context in which the first follower was sent: that of the actor and its middlewares. */
  inContext<T>(act: () => T): T {
    return this.context === undefined ? act() : this.context(act);
  }

  /** What the actor chose counts; but no success can be chosen for what has failed. */
  choose(result: ActorResult): ActorResult {
    const { chosenResult } = this;
    if (chosenResult === undefined) return result;
    return 'value' in result || 'error' in chosenResult ? chosenResult : result;
  }
}

const NONE: readonly never[] = [];
