import { PRIORITIES, type Priority } from '../message/index.js';

/** How many of each priority are taken before the others have had theirs. */
const SHARES: Readonly<Record<Priority, number>> = { high: 10, medium: 3, low: 1 };

/** Whose turn it is: of high, medium and low 10, 3 and 1 in a round. A priority that has nothing leaves its share to the others. */
export class Turns {
  #left: Record<Priority, number>;

  constructor(left: Readonly<Record<Priority, number>> = SHARES) {
    this.#left = { ...left };
  }

  /** The priority to take from next, out of those that have something; undefined where none has. */
  next(hasSome: (priority: Priority) => boolean): Priority | undefined {
    const priority = this.#pick(hasSome) ?? this.#pickOfNewRound(hasSome);
    if (priority) this.#left[priority] -= 1;
    return priority;
  }

  /** The same turns, to look ahead with. */
  copy(): Turns {
    return new Turns(this.#left);
  }

  #pick(hasSome: (priority: Priority) => boolean): Priority | undefined {
    return PRIORITIES.find((priority) => this.#left[priority] > 0 && hasSome(priority));
  }

  #pickOfNewRound(hasSome: (priority: Priority) => boolean): Priority | undefined {
    this.#left = { ...SHARES };
    return this.#pick(hasSome);
  }
}
