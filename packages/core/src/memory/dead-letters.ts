import type { DeadLetter, DeadLetterReason, ReplayedLetter, ReplayOptions } from '../broker/index.js';
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
  add({ id, jobId, resultId, priority, message }: Entry, reason: DeadLetterReason): void {
    this.#kept.set(id, { letter: { id, message, reason }, entry: { jobId, resultId, priority, message } });
  }

  /** The oldest. */
  list(limit: number): DeadLetter[] {
    return [...first(this.#kept.values(), limit)].map(({ letter }) => letter);
  }

  /** Gives those chosen to `takeBack`, which returns what became of each, and forgets those that are replayed. */
  replay(
    { ids, limit = REPLAY_LIMIT }: ReplayOptions,
    takeBack: (entry: NewEntry) => Omit<ReplayedLetter, 'id'>,
  ): ReplayedLetter[] {
    return [...first(ids ?? this.#kept.keys(), limit)].map((id) => {
      const kept = this.#kept.get(id);
      if (kept === undefined) return { id, outcome: 'not-found' };
      const outcome = takeBack(kept.entry);
      if (outcome.outcome === 'replayed') this.#kept.delete(id);
      return { id, ...outcome };
    });
  }

  /** Returns how many were there. */
  delete(ids: readonly string[]): number {
    return ids.filter((id) => this.#kept.delete(id)).length;
  }

  clear(): void {
    this.#kept.clear();
  }
}
