import type { DeadLetter, DeadLetterReason, ReplayedLetter, ReplayOptions } from '../broker/index.js';
import type { Clock } from '../clock/index.js';
import type { Entry, NewEntry } from './entry.js';
import { first } from './first.js';

/** Default of `ReplayOptions.limit`. */
const REPLAY_LIMIT = 1_000;

interface Kept {
  readonly letter: DeadLetter;
  readonly entry: NewEntry;
  readonly since: number;
}

/** What dead letters need to know of their broker. */
export interface DeadLetterRules {
  readonly clock: Clock;
  /** How many are kept, and for how many milliseconds. */
  readonly deadLetters: { readonly maxCount: number; readonly maxAge: number };
  /** Is told of each that is kept no more, and not put back. */
  readonly onDrop: (entry: NewEntry) => void;
}

/** What a channel's actors have given up, oldest first. */
export class DeadLetters {
  readonly #kept = new Map<string, Kept>();

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

  /** The oldest. */
  list(limit: number): DeadLetter[] {
    this.#trim();
    return [...first(this.#kept.values(), limit)].map(({ letter }) => letter);
  }

  /** Gives those chosen to `takeBack`, which returns what became of each, and forgets those that are replayed. */
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

  /** Returns how many of them were there. */
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

  /** The oldest go that are too many or too old. */
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
