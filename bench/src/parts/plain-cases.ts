import { SUBJECT_NAMES, variantsOf, type SubjectName } from '../subjects/catalogue.js';
import type { Variant } from '../subjects/subject.js';

/** Who sends what. */
export interface PlainCase {
  readonly scenario: string;
  readonly subject: SubjectName;
  readonly variant: Variant;
}

/** Left out: an engine that is measured through Nest is the same code, and @nestjs/bullmq is BullMQ's own. */
const SAME_AS_OTHERS: ReadonlySet<SubjectName> = new Set(['repid-core', 'nestjs-bullmq']);

/** All that differ before there are results. */
export function plainCases(scenario: string): PlainCase[] {
  return SUBJECT_NAMES.filter((subject) => !SAME_AS_OTHERS.has(subject)).flatMap((subject) =>
    variantsOf(subject)
      .filter((variant) => variant !== 'result')
      .map((variant) => ({ scenario, subject, variant })),
  );
}
