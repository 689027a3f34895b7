import type { DeadLetter, DeadLetterReason, ReplayedLetter, ReplayOptions } from '../broker/index.js';
import type { Clock } from '../clock/index.js';
import type { Entry, NewEntry } from './entry.js';
import { first } from './first.js';

/** Default of `ReplayOptions.limit`. */
const REPLAY_LIMIT = 1_000;

interface StoredLetter {
  readonly letter: DeadLetter;
  readonly entry: NewEntry;
  readonly since: number;
}

/** What dead letters need from their broker. */
export interface DeadLetterRules {
  readonly clock: Clock;
  /** How many are kept, and for how many milliseconds. */
  readonly deadLetters: { readonly maxCount: number; readonly maxAge: number };
  /** Called for each dead letter that is deleted without being replayed. */
  readonly onDrop: (entry: NewEntry) => void;
}

/** The dead letters of a channel, oldest first. */
export class DeadLetters {
  readonly #kept = new Map<string, StoredLetter>();

  constructor(private readonly rules: DeadLetterRules) {}

  get size(): number {
    this.#trim();
    return this.#kept.size;
  }

  /** Keeps the entry's message as it is now. */
  add({ id, jobId, resultId, priority, message }: Entry, reason: DeadLetterReason): void {
    const since = this.rules.clock.now();
    this.#kept.set(id, { letter: { id, message, reason }, entry: { jobId, resultId, priority, message }, since });
    this.#trim();
  }

  /** The oldest dead letters. */
  list(limit: number): DeadLetter[] {
    this.#trim();
    return [...first(this.#kept.values(), limit)].map(({ letter }) => letter);
  }

  /** Passes each chosen dead letter to `takeBack`, which returns its outcome. Deletes those that were replayed. */
  replay(
    { ids, limit = REPLAY_LIMIT }: ReplayOptions,
    takeBack: (entry: NewEntry) => Omit<ReplayedLetter, 'id'>,
  ): ReplayedLetter[] {
    this.#trim();
    const letters: ReplayedLetter[] = [];
    let replayed = 0;
    for (const id of ids ?? this.#kept.keys()) {
      if (replayed >= limit) break;
      const letter = this.#replayOne(id, takeBack);
      if (letter.outcome === 'replayed') replayed += 1;
      letters.push(letter);
    }
    return letters;
  }

  /** Returns how many were deleted. */
  delete(ids: readonly string[]): number {
    this.#trim();
    return ids.filter((id) => this.#drop(id)).length;
  }

  clear(): void {
    for (const id of this.#kept.keys()) this.#drop(id);
  }

  #replayOne(id: string, takeBack: (entry: NewEntry) => Omit<ReplayedLetter, 'id'>): ReplayedLetter {
    const kept = this.#kept.get(id);
    if (kept === undefined) return { id, outcome: 'not-found' };
    const result = takeBack(kept.entry);
    if (result.outcome === 'replayed') this.#kept.delete(id);
    return { id, ...result };
  }

  /** Deletes the oldest dead letters that exceed the maximum count or age. */
  #trim(): void {
    const { clock, deadLetters } = this.rules;
    const tooOld = clock.now() - deadLetters.maxAge;
    for (const [id, { since }] of this.#kept) {
      if (this.#kept.size <= deadLetters.maxCount && since > tooOld) return;
      this.#drop(id);
    }
  }

  #drop(id: string): boolean {
    const kept = this.#kept.get(id);
    if (kept === undefined) return false;
    this.#kept.delete(id);
    this.rules.onDrop(kept.entry);
    return true;
  }
}
