import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import * as v from 'valibot';
import {
  BasicConverter,
  option,
  parseOptions,
  type Conversion,
  type PayloadClass,
  type PayloadIssue,
} from '@repid/core';
import { ClassShapes } from './class-shapes.js';
import { issuesFrom } from './issues.js';
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

  protected override async convertClass(value: unknown, type: PayloadClass, path: string): Promise<Conversion> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { issues: [{ path, message: `expected an object, received ${describe(value)}` }] };
    }
    try {
      const instance = plainToInstance(type as new () => object, value);
      const issues = await this.check(instance, path);
      return issues.length > 0 ? { issues } : { value: instance };
    } catch (error) {
      return { issues: [{ path, message: `cannot be read as ${type.name}: ${(error as Error).message}` }] };
    }
  }

  private async check(instance: object, path: string): Promise<PayloadIssue[]> {
    const { unknown, unreadable } = findUnknown(instance, path, this.shapes);
    const refused = this.unknownProperties === 'refuse' ? unknown : [];
    if (this.unknownProperties === 'drop') for (const { owner, key } of unknown) delete owner[key];
    const errors = this.shapes.of(instance.constructor).isDeclared ? await validate(instance, VALIDATION) : [];
    return [
      ...issuesFrom(errors, path),
      ...unreadable,
      ...refused.map((found) => ({ path: found.path, message: 'is not a known property' })),
    ];
  }
}

/** Unknown properties and values are looked after by `findUnknown`; the targets of errors would hold whole payloads. */
const VALIDATION = { forbidUnknownValues: false, validationError: { target: false, value: false } } as const;

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return `${typeof value} ${JSON.stringify(value)}`.slice(0, 80);
}
