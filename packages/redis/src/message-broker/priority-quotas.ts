import type { Priority } from '@repid/core';

/** How many of each priority are taken. */
export type Quotas = Readonly<Record<Priority, number>>;

/** Whose turn it is, over and over: 10 high, 3 medium, 1 low, spread so that nobody waits long. */
const TURNS: readonly Priority[] = [
  ...(['high', 'high', 'medium', 'high', 'high', 'high', 'high'] as const),
  ...(['medium', 'high', 'high', 'low', 'high', 'high', 'medium'] as const),
];

/** How many of each priority the next `count` turns give, beginning with turn number `first`. */
export function quotasOf(first: number, count: number): Quotas {
  const quotas = { high: 0, medium: 0, low: 0 };
  for (let turn = first; turn < first + count; turn++) quotas[TURNS[turn % TURNS.length]!]++;
  return quotas;
}
