import { plainToInstance } from 'class-transformer';
import * as v from 'valibot';
import { BasicConverter, describeError, kindOf, type Conversion, type PayloadClass } from '@repid/core';
import { option, parseOptions } from '@repid/core/internal';
import { ClassShapes } from './class-shapes.js';
import { checkTransformerWork } from './transformer-limit.js';
import { UNKNOWN_PROPERTIES, type UnknownProperties } from './unknown-properties.js';
import { Validation } from './validation.js';

/** The options of `ClassConverter`. */
export interface ClassConverterOptions {
  /**
   * How to treat properties without a class-validator decorator: drop them, refuse the payload, or keep them. A class
   * without any such decorator keeps all properties.
   *
   * @default 'drop'
   */
  unknownProperties?: UnknownProperties;
}

const schema = v.strictObject({ unknownProperties: v.optional(option.oneOf(UNKNOWN_PROPERTIES), 'drop') });

/** Converts payloads to primitives, Standard Schemas, and classes with class-transformer and class-validator decorators. */
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
      return { issues: [{ path, message: `expected an object, received ${kindOf(value)}` }] };
    }
    try {
      const conversion = this.convert(value, type, path);
      return conversion instanceof Promise
        ? conversion.catch((error: unknown) => failedConversion(error, type, path))
        : conversion;
    } catch (error) {
      return failedConversion(error, type, path);
    }
  }

  private convert(value: object, type: PayloadClass, path: string): Conversion | Promise<Conversion> {
    checkTransformerWork(value);
    const instance = plainToInstance(type as new () => object, value);
    const validation = new Validation(this.shapes, this.unknownProperties);
    const pending = validation.run(instance, path);
    return pending ? pending.then(() => conversionOf(instance, validation)) : conversionOf(instance, validation);
  }
}

function conversionOf(instance: object, { issues }: Validation): Conversion {
  return issues.length > 0 ? { issues } : { value: instance };
}

function failedConversion(error: unknown, type: PayloadClass, path: string): Conversion {
  return { issues: [{ path, message: `cannot be converted to ${type.name}: ${describeError(error).message}` }] };
}
