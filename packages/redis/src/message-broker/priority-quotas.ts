import type { Priority } from '@repid/core';

/** How many messages of each priority are taken. */
export type Quotas = Readonly<Record<Priority, number>>;

/** A weighted round robin: 10 turns high, 3 medium, 1 low, spread evenly. */
const TURNS: readonly Priority[] = [
  ...(['high', 'high', 'medium', 'high', 'high', 'high', 'high'] as const),
  ...(['medium', 'high', 'high', 'low', 'high', 'high', 'medium'] as const),
];

/** How many turns each priority has among `count` turns, beginning with turn number `first`. */
export function quotasOf(first: number, count: number): Quotas {
  const quotas = { high: 0, medium: 0, low: 0 };
  for (let turn = first; turn < first + count; turn++) quotas[TURNS[turn % TURNS.length]!]++;
  return quotas;
}
