import { shorten } from './show.js';

/** One issue of a payload. */
export interface PayloadIssue {
  /** The location: property names and indexes joined with dots; empty for the payload itself. */
  readonly path: string;
  readonly message: string;
}

/** The maximum number of issues that are reported. Validation stops there. */
export const MOST_ISSUES = 20;

/** In characters. Property names come from the payload, and messages may quote it. */
const LONGEST_PATH = 200;
const LONGEST_MESSAGE = 300;

/** Limits the number of issues, and the length of each. */
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
