import { ratioOf, valueOf, type Figure } from '../figure.js';
import { roleOf } from '../subjects/catalogue.js';

/** How it compares with the best of the peers in its scenario. */
export function ratioToBestPeer(figure: Figure, all: readonly Figure[]): number | undefined {
  return ratio(figure, bestOf(peersOf(figure, all)));
}

/** How it compares with plain Redis Streams in its scenario. */
export function ratioToPlain(figure: Figure, all: readonly Figure[]): number | undefined {
  return ratio(figure, bestOf(beside(figure, all).filter(({ subject }) => roleOf(subject) === 'plain')));
}

/**
 * The peers that it is compared with: where results are stored those that store them, too; otherwise those that do not,
 * for they give ids and have no bare messages.
 */
export function peersOf(figure: Figure, all: readonly Figure[]): Figure[] {
  return beside(figure, all).filter(
    ({ subject, variant }) => roleOf(subject) === 'peer' && (variant === 'result') === (figure.variant === 'result'),
  );
}

/** The one with the best value. */
export function bestOf(figures: readonly Figure[]): Figure | undefined {
  const sorted = figures.toSorted((a, b) => valueOf(a) - valueOf(b));
  return figures[0]?.unit.better === 'lower' ? sorted[0] : sorted.at(-1);
}

function beside({ scenario, part }: Figure, all: readonly Figure[]): Figure[] {
  return all.filter((other) => other.scenario === scenario && other.part === part);
}

function ratio(figure: Figure, other: Figure | undefined): number | undefined {
  if (other === undefined || figure.unit.better === 'neither') return undefined;
  return ratioOf(figure, other, ({ value }) => value);
}
