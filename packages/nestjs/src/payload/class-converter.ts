import { validate } from 'class-validator';
import * as v from 'valibot';
import {
  BasicConverter,
  option,
  parseOptions,
  show,
  type Conversion,
  type PayloadClass,
  type PayloadIssue,
} from '@repid/core';
import { ClassShapes } from './class-shapes.js';
import { issuesFrom } from './issues.js';
import { isSurelyValid } from './surely-valid.js';
import { toInstance } from './to-instance.js';
import { findUnknown, UNKNOWN_PROPERTIES, type UnknownProperties } from './unknown-properties.js';

/** How payloads are turned into instances of classes. */
export interface ClassConverterOptions {
  /**
   * What becomes of properties that the class does not declare with a decorator of class-validator:
   * dropped, refused with the payload, or kept. A class without any such decorator keeps all.
   *
   * @default 'drop'
   */
  unknownProperties?: UnknownProperties;
}

const schema = v.strictObject({ unknownProperties: v.optional(option.oneOf(UNKNOWN_PROPERTIES), 'drop') });

/** Knows, besides primitives and Standard Schemas, the classes of class-transformer and class-validator. */
export class ClassConverter extends BasicConverter {
  private readonly shapes = new ClassShapes();
  private readonly unknownProperties: UnknownProperties;

  /** @throws InvalidOptionError */
  constructor(options: ClassConverterOptions = {}) {
    super();
    this.unknownProperties = parseOptions(schema, options, 'ClassConverter').unknownProperties;
  }

  protected override convertClass(value: unknown, type: PayloadClass, path: string): Conversion | Promise<Conversion> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { issues: [{ path, message: `expected an object, received ${describe(value)}` }] };
    }
    try {
      const instance = toInstance(type as new () => object, value, this.shapes);
      const found = this.treatUnknown(instance, path);
      if (isSurelyValid(instance, this.shapes)) return conversionOf(instance, found);
      return check(instance, found, path).catch((error: unknown) => failed(error, type, path));
    } catch (error) {
      return failed(error, type, path);
    }
  }

  /** Drops what is to be dropped; answers what is wrong all the same. */
  private treatUnknown(instance: object, path: string): readonly PayloadIssue[] {
    const { unknown, unreadable } = findUnknown(instance, path, this.shapes);
    if (unknown.length === 0) return unreadable;
    if (this.unknownProperties === 'drop') for (const { owner, key } of unknown) delete owner[key];
    if (this.unknownProperties !== 'refuse') return unreadable;
    return [...unreadable, ...unknown.map((found) => ({ path: found.path, message: 'is not a known property' }))];
  }
}

async function check(instance: object, found: readonly PayloadIssue[], path: string): Promise<Conversion> {
  const errors = await validate(instance, VALIDATION);
  return conversionOf(instance, [...issuesFrom(errors, path), ...found]);
}

function conversionOf(instance: object, issues: readonly PayloadIssue[]): Conversion {
  return issues.length > 0 ? { issues } : { value: instance };
}

function failed(error: unknown, type: PayloadClass, path: string): Conversion {
  return { issues: [{ path, message: `cannot be read as ${type.name}: ${(error as Error).message}` }] };
}

/** Unknown properties and values are looked after by `findUnknown`; the targets of errors would hold whole payloads. */
const VALIDATION = { forbidUnknownValues: false, validationError: { target: false, value: false } } as const;

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return `${typeof value} ${show(value, 70)}`;
}
