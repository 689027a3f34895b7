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
  readonly unknown: readonly UnknownProperty[];
  /** Nested objects that are of no class, so that nothing can check them. */
  readonly unreadable: readonly PayloadIssue[];
}

/**
 * Looks for undeclared properties, into whatever wears `@ValidateNested()`.
 * class-validator's own whitelist would empty an object whose class has no decorators; here it keeps what it has.
 */
export function findUnknown(instance: object, path: string, shapes: ClassShapes): Findings {
  const search = new Search(shapes);
  search.into(instance as Record<string, unknown>, path);
  return search;
}

class Search implements Findings {
  readonly unknown: UnknownProperty[] = [];
  readonly unreadable: PayloadIssue[] = [];

  constructor(private readonly shapes: ClassShapes) {}

  into(owner: Record<string, unknown>, path: string): void {
    const { isDeclared, properties, nested } = this.shapes.of(owner.constructor);
    if (!isDeclared) return;
    for (const key of Object.keys(owner)) {
      if (!properties.has(key)) this.unknown.push({ owner, key, path: joinPath(path, key) });
    }
    for (const key of nested) this.intoNested(owner[key], path, key);
  }

  private intoNested(value: unknown, parent: string, key: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    const path = joinPath(parent, String(key));
    if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
      for (const [step, item] of value.entries()) this.intoNested(item, path, step);
    } else if (value.constructor !== Object) this.into(value as Record<string, unknown>, path);
    else this.unreadable.push({ path, message: 'cannot be validated: the property has no @Type(() => Class)' });
  }
}
