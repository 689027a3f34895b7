/** What the loss of its worker makes of a message. */
export type Fate =
  /** It is delivered again, beside others. */
  | 'delivered-again'
  /** It may be what kills workers: it is delivered alone, to see whether it is. */
  | 'suspect'
  /** It has lost its worker while it ran alone: it is delivered once more, alone, to be refused. */
  | 'exhausted'
  /** Nobody lives to refuse it: the broker gives it up by itself. */
  | 'given-up';

/** A message that has just lost its worker. */
export interface Loss {
  /** How many workers it has lost, this one included, since it was last given back. */
  readonly deaths: number;
  /** True where it ran alone, and not yet for as long as it takes to be cleared. */
  readonly ranAlone: boolean;
  /** True where it was delivered to be refused. */
  readonly wasExhausted: boolean;
}

/** So many times the deaths that are allowed, and a message is given up in any case. */
const MOST_DEATHS = 4;

export function fateOf({ deaths, ranAlone, wasExhausted }: Loss, maxDeliveries: number): Fate {
  if (wasExhausted || deaths > MOST_DEATHS * maxDeliveries) return 'given-up';
  if (ranAlone) return 'exhausted';
  return deaths >= Math.max(1, maxDeliveries - 1) ? 'suspect' : 'delivered-again';
}
