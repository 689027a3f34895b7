import { shorten } from './show.js';

/** One thing that is wrong with a payload. */
export interface PayloadIssue {
  /** Where: property names and indexes joined with dots; empty for the payload itself. */
  readonly path: string;
  readonly message: string;
}

/** How many issues of a payload are told: as many as a person reads. Validation stops there. */
export const MOST_ISSUES = 20;

/** In characters. Names of properties come with the payload, and messages may quote it. */
const LONGEST_PATH = 200;
const LONGEST_MESSAGE = 300;

/** As many issues as are told, none of them longer than a person reads. */
export function boundedIssues(issues: readonly PayloadIssue[]): readonly PayloadIssue[] {
  return issues.slice(0, MOST_ISSUES).map(({ path, message }) => ({
    path: shorten(path, LONGEST_PATH),
    message: shorten(message, LONGEST_MESSAGE),
  }));
}

/** The issues as one text. */
export function describeIssues(issues: readonly PayloadIssue[]): string {
  const text = issues.map(describeIssue).join('; ');
  return issues.length < MOST_ISSUES ? `${text}.` : `${text}. Validation stops at ${MOST_ISSUES} issues.`;
}

function describeIssue({ path, message }: PayloadIssue): string {
  return path === '' ? message : `"${path}": ${message}`;
}
