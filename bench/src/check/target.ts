import type { SubjectName } from '../subjects/catalogue.js';

/** One row of a scenario. */
export interface Row {
  readonly subject: SubjectName;
  readonly variant: string;
}

/** What one of our figures is to reach. */
export interface Target {
  readonly part: string;
  readonly scenario: string;
  readonly ours: Row;
  /** What of the figure counts: its value, or what it costs Redis. @default 'value' */
  readonly of?: 'value' | 'Redis CPU';
  readonly bound: 'at least' | 'at most';
  readonly factor: number;
  /** What the factor multiplies, in the same scenario. Without: the factor is the limit itself, in the part's unit. */
  readonly times?: Row | 'best peer';
}

/** A target in words. */
export function describeTarget({ part, scenario, ours, of = 'value', bound, factor, times }: Target): string {
  const measure = `${part}, ${scenario}, ${ours.subject} ${ours.variant}${of === 'value' ? '' : `, ${of}`}`;
  const limit = times === undefined ? `${factor}` : `${factor} x ${times === 'best peer' ? times : nameOf(times)}`;
  return `${measure}: ${bound} ${limit}`;
}

function nameOf({ subject, variant }: Row): string {
  return `${subject} ${variant}`;
}
