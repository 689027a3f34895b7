import type { RawEntry } from '../connection/reader.js';
import { LIMITS } from '../options/defaults.js';

/** What an entry is taken to have while none of its stream is known, in bytes. */
const UNKNOWN_SIZE = 128 * 1024;

/** How much of what is known of a stream the next read leaves. */
const MEMORY = 0.5;

/** How many entries a read may ask for, by how large those of its stream have been. */
export class ReadSizes {
  /** Stream -> the mean size of its entries in bytes. */
  private readonly means = new Map<string, number>();

  /** So many of the stream that they have about `LIMITS.readBytes`, one at least, and `max` at most. */
  mostOf(stream: string, max: number): number {
    const mean = this.means.get(stream) ?? UNKNOWN_SIZE;
    return Math.max(1, Math.min(max, Math.floor(LIMITS.readBytes / mean)));
  }

  /** Learns from what was read. Larger entries count at once, smaller ones bit by bit. */
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
