import { describe, expect, it } from 'vitest';
import type { RawEntry } from '../connection/reader.js';
import { LIMITS } from '../options/defaults.js';
import { ReadSizes } from './read-sizes.js';

const KIB = 1024;

describe('A read', () => {
  it.each([
    ['as many small entries as can be in flight', 100, 1_000, 1_000],
    ['about as many entries as fit into the bytes of a read', 512 * KIB, 1_000, 8],
    ['at least one entry', 2 * LIMITS.readBytes, 1_000, 1],
  ])('requests %s', (_, size, max, expected) => {
    const sizes = new ReadSizes();
    sizes.note('stream', entriesOf(size, 3));
    expect(sizes.mostOf('stream', max)).toBe(expected);
  });

  it('requests few entries while the size of entries is unknown', () => {
    expect(new ReadSizes().mostOf('stream', 1_000)).toBe(32);
  });

  it('requests fewer immediately when entries grow, and gradually more when they shrink', () => {
    const sizes = new ReadSizes();
    sizes.note('stream', entriesOf(100, 10));
    sizes.note('stream', entriesOf(512 * KIB, 10));
    expect(sizes.mostOf('stream', 1_000)).toBe(8);
    sizes.note('stream', entriesOf(0, 10));
    expect(sizes.mostOf('stream', 1_000)).toBe(16);
  });

  it('estimates each stream separately, and ignores empty reads', () => {
    const sizes = new ReadSizes();
    sizes.note('large', entriesOf(512 * KIB, 1));
    sizes.note('small', entriesOf(100, 1));
    sizes.note('small', []);
    expect(sizes.mostOf('small', 1_000)).toBe(1_000);
  });
});

function entriesOf(size: number, count: number): RawEntry[] {
  return Array.from({ length: count }, () => [Buffer.from('1-1'), [Buffer.alloc(size)]] as const);
}
