import { AsyncLocalStorage } from 'node:async_hooks';
import type { ActorResult } from './disposition.js';
import type { Follower } from './followers.js';

/** Calls a function in the asynchronous context that was captured before. */
type Context = <T>(action: () => T) => T;

/** What a run has set, sent and added, and that is not committed, sent or called yet. */
export class RunEffects {
  chosenResult: ActorResult | undefined;
  // Created on first use: most runs send nothing and add no callback.
  private followers: Follower[] | undefined;
  private callbacks: (() => unknown)[] | undefined;
  private context: Context | undefined;

  /** @param keepsContext true if producer middlewares may read the asynchronous context of followers */
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

  /** Removes and returns all followers, in order. */
  takeFollowers(): readonly Follower[] {
    const { followers } = this;
    this.followers = undefined;
    return followers ?? NONE;
  }

  /** Puts followers back that could not be sent. */
  returnFollowers(followers: readonly Follower[]): void {
    if (followers.length > 0) this.followers = [...followers, ...(this.followers ?? NONE)];
  }

  takeCallback(): (() => unknown) | undefined {
    return this.callbacks?.shift();
  }

  /** Drops all followers and callbacks. */
  drop(): void {
    this.followers = undefined;
    this.callbacks = undefined;
  }

  /** Calls the function in the context of the first follower: that of the actor and its middlewares. */
  inContext<T>(action: () => T): T {
    return this.context === undefined ? action() : this.context(action);
  }

  /** Returns the result that the actor has set, if any. A success that was set does not replace a failure. */
  choose(result: ActorResult): ActorResult {
    const { chosenResult } = this;
    if (chosenResult === undefined) return result;
    return 'value' in result || 'error' in chosenResult ? chosenResult : result;
  }
}

const NONE: readonly never[] = [];
