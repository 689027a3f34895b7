import type { RawEntry } from '../connection/reader.js';
import { LIMITS } from '../options/defaults.js';

/** The assumed size of an entry before any of its stream is known, in bytes. */
const UNKNOWN_SIZE = 128 * 1024;

/** The weight of the previous mean when entries were read. */
const MEMORY = 0.5;

/** Limits reads by the sizes of earlier entries of the stream. */
export class ReadSizes {
  /** Stream -> the mean size of its entries in bytes. */
  private readonly means = new Map<string, number>();

  /** How many entries have about `LIMITS.readBytes`: one at least, and `max` at most. */
  mostOf(stream: string, max: number): number {
    const mean = this.means.get(stream) ?? UNKNOWN_SIZE;
    return Math.max(1, Math.min(max, Math.floor(LIMITS.readBytes / mean)));
  }

  /** Notes the sizes of entries. Larger entries count at once, smaller ones gradually. */
  note(stream: string, entries: readonly RawEntry[]): void {
    if (entries.length === 0) return;
    const mean = entries.reduce((sum, [, fields]) => sum + sizeOf(fields), 0) / entries.length;
    const before = this.means.get(stream) ?? mean;
    this.means.set(stream, Math.max(1, mean, MEMORY * before + (1 - MEMORY) * mean));
  }
}

function sizeOf(fields: readonly Buffer[] | null): number {
  let size = 0;
  for (const field of fields ?? []) size += field.length;
  return size;
}
