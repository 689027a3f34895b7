import type { OutgoingMessage } from '@repid/core';
import type { Invocation } from '../commands/call.js';
import type { FastPaths } from '../commands/fast-paths.js';
import {
  type Publication,
  type PublishReply,
  fastPublishCall,
  publishCall,
  publishProblem,
} from '../commands/publish.js';
import type { Connection } from '../connection/connection.js';
import { type Keys, isTemporary } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import { Batcher, type Waiting } from './batcher.js';

type Item = Publication & Waiting;

/** Publishes. The publications of one turn of the event loop are sent together. Each is added completely or not at all. */
export class Publisher {
  private readonly batcher: Batcher<Item>;
  private readonly listed = new Set<string>();

  constructor(
    private readonly keys: Keys,
    private readonly connection: () => Connection,
    private readonly fastPaths: FastPaths,
  ) {
    this.batcher = new Batcher(
      LIMITS.publishBatch,
      ({ messages }) => messages.length,
      (items) => this.send(items),
      process.nextTick,
    );
  }

  publish(messages: readonly OutgoingMessage[]): Promise<void> {
    return new Promise((resolve, reject) => this.batcher.add({ messages, resolve, reject }));
  }

  /** Resolves when no publication is pending. */
  idle(): Promise<void> {
    return this.batcher.idle();
  }

  /** Has the channel listed again when it is next used. */
  forget(channel: string): void {
    this.listed.delete(channel);
  }

  // Never sent twice: the messages of a call whose reply was lost may be done by now, and their ids free again.
  private async send(items: readonly Item[]): Promise<void> {
    this.listChannels(items);
    const deadline = performance.now() + this.connection().timeout;
    const left = await this.publishFast(items, deadline);
    if (left.length > 0) await this.publishGenerally(left, deadline);
  }

  /** Returns the publications that no fast path has published. They come after the others of their turn. */
  private async publishFast(items: readonly Item[], deadline: number): Promise<readonly Item[]> {
    const fast = fastPublishCall(items, this.keys, this.fastPaths);
    if (!fast) return items;
    const leftOut = await this.runBy<readonly number[]>(fast.call, deadline);
    if (leftOut.length === 0) {
      for (const { resolve } of items) resolve();
      return [];
    }
    if (!fast.isByPublication) return items;
    const indexes = new Set(leftOut);
    items.forEach(({ resolve }, index) => indexes.has(index) || resolve());
    return items.filter((_, index) => indexes.has(index));
  }

  private async publishGenerally(items: readonly Item[], deadline: number): Promise<void> {
    const problems = new Map(await this.runBy<PublishReply>(publishCall(items, this.keys), deadline));
    items.forEach((item, index) => {
      const problem = problems.get(index);
      if (problem === undefined) item.resolve();
      else item.reject(publishProblem(item, problem, (text) => this.connection().refused(text)));
    });
  }

  private runBy<Reply>(call: Invocation, deadline: number): Promise<Reply> {
    return this.connection().run(call, { timeout: Math.max(0, deadline - performance.now()) });
  }

  private listChannels(items: readonly Item[]): void {
    for (const { messages } of items) {
      for (const { channel } of messages)
        if (!this.listed.has(channel) && !isTemporary(channel)) this.listChannel(channel);
    }
  }

  private listChannel(channel: string): void {
    this.listed.add(channel);
    this.connection()
      .send((client) => client.sadd(this.keys.channels, channel))
      .catch(() => this.listed.delete(channel));
  }
}
