import type { OwnedEntry, SettleCommand } from './settle-command.js';

/** A command for an entry. */
export interface Settling {
  readonly delivery: OwnedEntry;
  readonly command: SettleCommand;
}

/** One or more commands that differ only in their entries. */
export type SettlementBatch = readonly [Settling, ...Settling[]];

/** Cuts commands, in their order, into batches. A script handles the commands of a batch together. */
export function batchesOf(settlings: readonly Settling[]): readonly SettlementBatch[] {
  const batches: [Settling, ...Settling[]][] = [];
  for (const settling of settlings) {
    const batch = batches.at(-1);
    if (batch && areAlike(batch[0], settling)) batch.push(settling);
    else batches.push([settling]);
  }
  return batches;
}

/** The ids of a batch's entries. */
export function entriesOf(batch: SettlementBatch): readonly string[] {
  return batch.map((one) => one.delivery.lease.entry);
}

function areAlike({ delivery: one, command }: Settling, { delivery: other, command: otherCommand }: Settling): boolean {
  return (
    command.outcome === otherCommand.outcome &&
    command.flags === otherCommand.flags &&
    one.deliveryCount === other.deliveryCount &&
    one.priority === other.priority &&
    one.message.channel === other.message.channel &&
    one.lease.consumer === other.lease.consumer
  );
}
