import { joinPath, MOST_ISSUES, type PayloadIssue } from '@repid/core';
import type { ClassShape } from './class-shapes.js';

/** How to treat properties that a class does not declare: drop them, refuse the payload, or keep them. */
export const UNKNOWN_PROPERTIES = ['drop', 'refuse', 'keep'] as const;
export type UnknownProperties = (typeof UNKNOWN_PROPERTIES)[number];

/**
 * Deletes unknown properties, or adds an issue for each. An object whose class has no decorators keeps all properties;
 * class-validator's own `whitelist` would delete all of them.
 */
export function handleUnknownProperties(
  object: Record<string, unknown>,
  { isDecorated, properties }: ClassShape,
  mode: UnknownProperties,
  path: string,
  issues: PayloadIssue[],
): void {
  if (!isDecorated || mode === 'keep') return;
  for (const key of Object.keys(object)) {
    if (properties.has(key)) continue;
    if (issues.length >= MOST_ISSUES) return;
    if (mode === 'drop') delete object[key];
    else issues.push({ path: joinPath(path, key), message: 'is not a known property' });
  }
}
