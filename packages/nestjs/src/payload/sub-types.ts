import { joinPath, MOST_ISSUES, type PayloadIssue } from '@repid/core';
import type { ClassShapes } from './class-shapes.js';
import { typedProperty } from './property-readings.js';

/** Which classes a value may be of, and the property that says which. */
export interface Discriminator {
  readonly property: string;
  readonly subTypes: readonly { readonly name: string; readonly value: Function }[];
  /** True where that property is read as any other. */
  readonly isKept: boolean;
}

/** The class that the value is to be of; undefined where it names none that is known. */
export function subTypeOf(value: object, { property, subTypes }: Discriminator): Function | undefined {
  const named = Object.hasOwn(value, property) ? (value as Record<string, unknown>)[property] : undefined;
  return subTypes.find(({ name }) => name === named)?.value;
}

/** What is wrong with a value that names no class which is known. */
export function unknownSubType({ property, subTypes }: Discriminator, path: string): PayloadIssue {
  const names = subTypes.map(({ name }) => `"${name}"`).join(', ');
  return { path: joinPath(path, property), message: `expected one of ${names}` };
}

/** The same for all that class-transformer is to read: it would take the class that is named first in such a case. */
export function unknownSubTypes(type: Function, value: object, path: string, shapes: ClassShapes): PayloadIssue[] {
  const issues: PayloadIssue[] = [];
  const look = (owner: Function, fields: Record<string, unknown>, at: string): void => {
    for (const property of shapes.of(owner).properties) {
      const typed = typedProperty(owner, property);
      if (typed) lookInto(fields[typed.givenAs], typed, joinPath(at, typed.givenAs));
    }
  };
  const lookInto = (given: unknown, typed: TypedProperty, at: string): void => {
    if (issues.length >= MOST_ISSUES || typeof given !== 'object' || given === null) return;
    if (Array.isArray(given)) return given.forEach((item, index) => lookInto(item, typed, joinPath(at, index)));
    const found = typed.discriminator ? subTypeOf(given, typed.discriminator) : typed.type;
    if (found) look(found, given as Record<string, unknown>, at);
    else if (typed.discriminator) issues.push(unknownSubType(typed.discriminator, at));
  };
  look(type, value as Record<string, unknown>, path);
  return issues;
}

type TypedProperty = NonNullable<ReturnType<typeof typedProperty>>;
