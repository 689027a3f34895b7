import { valueOf, type Figure } from '../figure.js';
import { roleOf } from '../subjects/catalogue.js';

/**
 * How it compares with the best of the peers in its scenario. Jobs with stored results are compared with those of peers
 * that store them, too; everything else with what the peers do at their plainest.
 */
export function ratioToBestPeer(figure: Figure, all: readonly Figure[]): number | undefined {
  const peers = alike(figure, all).filter(({ subject }) => roleOf(subject) === 'peer');
  return ratioToBest(figure, peers);
}

/** How it compares with plain Redis Streams in its scenario. */
export function ratioToLimit(figure: Figure, all: readonly Figure[]): number | undefined {
  const limits = all.filter(({ scenario, subject }) => scenario === figure.scenario && roleOf(subject) === 'limit');
  return ratioToBest(figure, limits);
}

function alike({ scenario, variant }: Figure, all: readonly Figure[]): Figure[] {
  const storesResults = variant === 'result';
  return all.filter((other) => other.scenario === scenario && (other.variant === 'result') === storesResults);
}

function ratioToBest(figure: Figure, others: readonly Figure[]): number | undefined {
  if (others.length === 0) return undefined;
  const values = others.map(valueOf);
  return valueOf(figure) / (figure.unit.better === 'higher' ? Math.max(...values) : Math.min(...values));
}
