import { joinPath, MOST_ISSUES, type PayloadIssue } from '@repid/core';
import type { ClassShape } from './class-shapes.js';

/** What becomes of properties that a class does not declare. */
export const UNKNOWN_PROPERTIES = ['drop', 'refuse', 'keep'] as const;
export type UnknownProperties = (typeof UNKNOWN_PROPERTIES)[number];

/**
 * Drops them, or tells of them. class-validator's own whitelist would empty an object whose class has no decorators; here it
 * keeps what it has.
 */
export function treatUnknown(
  object: Record<string, unknown>,
  { isDeclared, properties }: ClassShape,
  treatment: UnknownProperties,
  path: string,
  issues: PayloadIssue[],
): void {
  if (!isDeclared || treatment === 'keep') return;
  for (const key of Object.keys(object)) {
    if (properties.has(key)) continue;
    if (issues.length >= MOST_ISSUES) return;
    if (treatment === 'drop') delete object[key];
    else issues.push({ path: joinPath(path, key), message: 'is not a known property' });
  }
}
