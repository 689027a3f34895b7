import { joinPath, type PayloadIssue } from '@repid/core';
import type { ClassShapes } from './class-shapes.js';

/** What becomes of properties that a class does not declare. */
export const UNKNOWN_PROPERTIES = ['drop', 'refuse', 'keep'] as const;
export type UnknownProperties = (typeof UNKNOWN_PROPERTIES)[number];

/** A property that its owner's class does not declare. */
export interface UnknownProperty {
  readonly owner: Record<string, unknown>;
  readonly key: string;
  readonly path: string;
}

/** What was found in an instance and those nested in it. */
export interface Findings {
  readonly unknown: UnknownProperty[];
  /** Nested objects that are of no class, so that nothing can check them. */
  readonly unreadable: PayloadIssue[];
}

/**
 * Looks for undeclared properties, into whatever wears `@ValidateNested()`.
 * class-validator's own whitelist would empty an object whose class has no decorators; here it keeps what it has.
 */
export function findUnknown(instance: object, path: string, shapes: ClassShapes): Findings {
  const findings: Findings = { unknown: [], unreadable: [] };
  search(instance as Record<string, unknown>, path, shapes, findings);
  return findings;
}

function search(owner: Record<string, unknown>, path: string, shapes: ClassShapes, findings: Findings): void {
  const { isDeclared, properties, nested } = shapes.of(owner.constructor);
  if (!isDeclared) return;
  for (const key of Object.keys(owner)) {
    if (!properties.has(key)) findings.unknown.push({ owner, key, path: joinPath(path, key) });
  }
  for (const key of nested) searchNested(owner[key], joinPath(path, key), shapes, findings);
}

function searchNested(value: unknown, path: string, shapes: ClassShapes, findings: Findings): void {
  if (typeof value !== 'object' || value === null) return;
  const items = value instanceof Map || value instanceof Set || Array.isArray(value) ? [...value.entries()] : undefined;
  if (items) return items.forEach(([key, item]) => searchNested(item, joinPath(path, String(key)), shapes, findings));
  if (value.constructor !== Object) return search(value as Record<string, unknown>, path, shapes, findings);
  findings.unreadable.push({ path, message: 'cannot be validated: the property has no @Type(() => Class)' });
}
