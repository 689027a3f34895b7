/** What happens to a message whose worker was lost. */
export type LossOutcome =
  /** Delivered again, together with other messages. */
  | 'redelivered'
  /** It may crash workers: delivered alone, to find out. */
  | 'suspect'
  /** It lost its worker repeatedly while it ran alone: delivered once more, alone, to be refused. */
  | 'exhausted'
  /** No worker survived to refuse it: the broker dead-letters it. */
  | 'dead-lettered';

/** A message that has just lost its worker. */
export interface Loss {
  /** Workers lost since the message was last requeued, including this one. */
  readonly losses: number;
  /** How many of them while it ran alone, and not yet long enough to be cleared. */
  readonly lossesAlone: number;
  /** True if it was delivered to be refused. */
  readonly wasExhausted: boolean;
}

/** One worker may be lost by chance (a deployment, a machine) while an innocent message runs alone; two hardly. */
const MAX_LOSSES_ALONE = 2;

/** A message is dead-lettered in any case after this many times the allowed losses. */
const MAX_LOSSES_FACTOR = 4;

export function outcomeOfLoss({ losses, lossesAlone, wasExhausted }: Loss, maxDeliveries: number): LossOutcome {
  if (wasExhausted || losses > MAX_LOSSES_FACTOR * maxDeliveries) return 'dead-lettered';
  if (lossesAlone >= MAX_LOSSES_ALONE) return 'exhausted';
  return losses >= Math.max(1, maxDeliveries - MAX_LOSSES_ALONE) ? 'suspect' : 'redelivered';
}
