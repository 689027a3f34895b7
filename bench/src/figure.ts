import { greatest, least, median } from 'd3-array';
import { entryOf, type SubjectName } from './subjects/catalogue.js';

/** The outcome of one run. */
export interface Sample {
  readonly value: number;
  /** CPU seconds per 10,000 jobs: of the measured process, and of Redis. */
  readonly cpu?: { readonly process: number; readonly redis: number };
}

/** A measured scenario and system. Cases of one scenario are compared with each other. */
export interface Case {
  readonly scenario: string;
  readonly subject: SubjectName;
  /** The kind of jobs, or the method. */
  readonly variant: string;
}

/** The unit of values, and which are better: `neither` if a value is not compared. */
export interface Unit {
  readonly unit: string;
  readonly better: 'higher' | 'lower' | 'neither';
}

/** All runs of one case, as they are stored in the results. */
export interface Figure extends Case, Unit {
  readonly part: string;
  readonly median: number;
  readonly samples: readonly Sample[];
}

export function labelOf({ subject, variant }: Case): string {
  return `${subject} ${variant}`;
}

/** Returns the medians of the CPU seconds, if they were measured. */
export function cpuOf({ samples }: Figure): Sample['cpu'] {
  const process = median(samples, ({ cpu }) => cpu?.process);
  const redis = median(samples, ({ cpu }) => cpu?.redis);
  return process === undefined || redis === undefined ? undefined : { process, redis };
}

/**
 * Returns the ratios of two figures, each of two runs in the same round, so that changes on the machine affect both. Empty
 * if there is nothing to compare.
 */
export function ratiosOf(
  one: Figure,
  other: Figure | undefined,
  quantityOf: (sample: Sample) => number | undefined = ({ value }) => value,
): number[] {
  if (other === undefined || one.better === 'neither') return [];
  const ratios = one.samples.slice(0, other.samples.length).map((sample, round) => {
    const [ours, theirs] = [quantityOf(sample), quantityOf(other.samples[round]!)];
    return ours === undefined || theirs === undefined ? undefined : ours / theirs;
  });
  return ratios.filter((ratio) => ratio !== undefined);
}

/**
 * Returns the best peer in the scenario of a figure. Figures with stored results are compared with peers that store them,
 * too; others with those that do not, even if Repid sends messages without ids: peers have none.
 */
export function bestPeerOf(figure: Figure, all: readonly Figure[]): Figure | undefined {
  const storesResult = ({ variant }: Figure): boolean => variant === 'result';
  const peers = besideOf(figure, all, 'peer').filter((peer) => storesResult(peer) === storesResult(figure));
  return (figure.better === 'lower' ? least : greatest)(peers, (peer) => peer.median);
}

/** Returns the figure of plain Redis Streams in the scenario of a figure. */
export function plainOf(figure: Figure, all: readonly Figure[]): Figure | undefined {
  return besideOf(figure, all, 'plain')[0];
}

function besideOf({ part, scenario }: Figure, all: readonly Figure[], role: 'peer' | 'plain'): Figure[] {
  const isBeside = (other: Figure): boolean => other.part === part && other.scenario === scenario;
  return all.filter((other) => isBeside(other) && entryOf(other.subject).role === role);
}
