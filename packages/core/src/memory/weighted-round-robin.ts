import { PRIORITIES, type Priority } from '../message/index.js';

/** How many messages of each priority one round takes. */
const WEIGHTS: Readonly<Record<Priority, number>> = { high: 10, medium: 3, low: 1 };

/** Chooses the priority to take from next: a round takes 10 high, 3 medium and 1 low. A priority without messages leaves its share to the others. */
export class WeightedRoundRobin {
  #left: Record<Priority, number>;

  constructor(left: Readonly<Record<Priority, number>> = WEIGHTS) {
    this.#left = { ...left };
  }

  /** The priority to take from next, among those that have messages; undefined if none has. */
  next(hasMessages: (priority: Priority) => boolean): Priority | undefined {
    const priority = this.#pick(hasMessages) ?? this.#pickInNewRound(hasMessages);
    if (priority) this.#left[priority] -= 1;
    return priority;
  }

  /** A copy at the same point of the round, to peek with. */
  copy(): WeightedRoundRobin {
    return new WeightedRoundRobin(this.#left);
  }

  #pick(hasMessages: (priority: Priority) => boolean): Priority | undefined {
    return PRIORITIES.find((priority) => this.#left[priority] > 0 && hasMessages(priority));
  }

  #pickInNewRound(hasMessages: (priority: Priority) => boolean): Priority | undefined {
    this.#left = { ...WEIGHTS };
    return this.#pick(hasMessages);
  }
}
