import type { DeadLetter, DeadLetterReason, ReplayOptions } from '../broker/index.js';
import type { Message } from '../message/index.js';
import type { Entry, NewEntry } from './entry.js';
import { first } from './first.js';

/** Default of `ReplayOptions.limit`. */
const REPLAY_LIMIT = 1_000;

interface Kept {
  readonly letter: DeadLetter;
  readonly entry: NewEntry;
}

/** What a channel's actors have given up, oldest first. */
export class DeadLetters {
  readonly #kept = new Map<string, Kept>();

  get size(): number {
    return this.#kept.size;
  }

  /** Keeps the entry's message as it is now. */
  add({ id, jobId, priority, message }: Entry, reason: DeadLetterReason): void {
    this.#kept.set(id, { letter: { id, message, reason }, entry: { jobId, priority, message } });
  }

  /** The oldest. */
  list(limit: number): DeadLetter[] {
    return [...first(this.#kept.values(), limit)].map(({ letter }) => letter);
  }

  /** Gives those chosen to `takeBack`, and forgets each that it answers true for; answers their messages. */
  replay({ ids, limit = REPLAY_LIMIT }: ReplayOptions, takeBack: (entry: NewEntry) => boolean): Message[] {
    const replayed: Message[] = [];
    for (const id of ids ?? this.#kept.keys()) {
      if (replayed.length >= limit) break;
      const kept = this.#kept.get(id);
      if (kept === undefined || !takeBack(kept.entry)) continue;
      this.#kept.delete(id);
      replayed.push(kept.letter.message);
    }
    return replayed;
  }

  clear(): void {
    this.#kept.clear();
  }
}
