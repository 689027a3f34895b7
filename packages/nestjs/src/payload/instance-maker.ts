import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { plainToInstance, type TransformFnParams, TransformationType } from 'class-transformer';
import { joinPath, MOST_ISSUES, type PayloadIssue } from '@repid/core';
import type { ClassShape, ClassShapes } from './class-shapes.js';
import { AS_IT_IS, BY_LIBRARY, type PropertyReading } from './property-readings.js';
import { type Discriminator, subTypeOf, unknownSubType, unknownSubTypes } from './sub-types.js';
import { checkWork } from './transformer-work.js';
import type { UnknownProperties } from './unknown-properties.js';

type Fields = Record<string, unknown>;
type Class = new () => object;

/** How many instances are made before others get a turn. */
const STRETCH = 500;

/** Where a value is read. */
interface Place {
  readonly path: string;
  /** What becomes there of properties that its class does not declare. */
  readonly unknown: UnknownProperties;
}

/** An array whose items are made later, into another one that is in its place already. */
interface Rest {
  readonly given: readonly unknown[];
  readonly made: unknown[];
  readonly how: PropertyReading;
  readonly at: Place;
}

/**
 * `plainToInstance` for what was parsed: values without a class of their own are taken as they are and not copied, which spares
 * most of the work; large arrays are gone through in slices; and an unknown discriminator is an issue. What only
 * class-transformer can do is left to it.
 */
export class InstanceMaker {
  readonly issues: PayloadIssue[] = [];
  private readonly rests: Rest[] = [];
  private inStretch = 0;
  private unknownKept = 0;

  constructor(
    private readonly shapes: ClassShapes,
    private readonly unknownProperties: UnknownProperties,
  ) {}

  /** The instance, which `finish()` completes. @throws what a constructor or a transformation throws */
  make(type: Function, value: object, path: string): object {
    return this.instance(type, value as Fields, { path, unknown: this.unknownProperties });
  }

  /** Makes what is left of large arrays, others having their turns. @throws as `make()` does */
  finish(): void | Promise<void> {
    if (this.rests.length > 0) return this.makeRests();
  }

  private async makeRests(): Promise<void> {
    for (let rest = this.rests.pop(); rest; rest = this.rests.pop()) {
      const { given, made, how, at } = rest;
      while (made.length < given.length) {
        if (this.inStretch >= STRETCH) await this.rest();
        made.push(this.typed(given[made.length], how, itemAt(at, made.length)));
      }
    }
  }

  private async rest(): Promise<void> {
    await turnOfTheLoop();
    this.inStretch = 0;
  }

  private instance(type: Function, value: Fields, at: Place, left?: string): object {
    const shape = this.shapes.of(type);
    const { reading } = shape;
    this.inStretch += 1;
    if (reading === undefined || !isPlain(value)) return this.byLibrary(type, value, at.path);
    const instance = new (type as Class)() as Fields;
    for (const key of Object.keys(value)) {
      const how = reading.declared.get(key) ?? this.otherReading(shape, key, at);
      if (how === BY_LIBRARY) return this.byLibrary(type, value, at.path);
      if (how === undefined || key === left || typeof instance[key] === 'function') continue;
      instance[key] = how === AS_IT_IS ? value[key] : this.property(value, key, how, placeOf(key, at, shape));
    }
    return instance;
  }

  /** Of a property that is not declared; undefined where it is left out. Those to be refused are told by who finds them on the instance. */
  private otherReading({ isDeclared, reading }: ClassShape, key: string, { unknown }: Place) {
    if (key === 'constructor') return undefined;
    if (!isDeclared || unknown === 'keep') return reading!.of(key);
    return unknown === 'refuse' && (this.unknownKept += 1) <= MOST_ISSUES ? AS_IT_IS : undefined;
  }

  private property(owner: Fields, key: string, how: PropertyReading, at: Place): unknown {
    const given = owner[key];
    let value = how.type === undefined ? given : this.typed(given, how, at);
    for (const transform of how.transforms) value = transform(paramsOf(value, key, owner));
    return value;
  }

  private typed(value: unknown, how: PropertyReading, at: Place): unknown {
    if (Array.isArray(value)) return this.items(value, how, at);
    if (value === undefined || value === null) return value;
    const convert = CONVERSIONS.get(how.type!);
    if (convert) return convert(value);
    if (typeof value !== 'object' || this.issues.length >= MOST_ISSUES) return value;
    if (how.discriminator) return this.discriminated(value as Fields, how.discriminator, at);
    return this.instance(how.type!, value as Fields, at);
  }

  /** A transformation wants to see all of them. */
  private items(given: readonly unknown[], how: PropertyReading, at: Place): unknown[] {
    if (this.inStretch + given.length <= STRETCH || how.transforms.length > 0)
      return given.map((item, index) => this.typed(item, how, itemAt(at, index)));
    const made: unknown[] = [];
    this.rests.push({ given, made, how, at });
    return made;
  }

  private discriminated(value: Fields, discriminator: Discriminator, at: Place): unknown {
    const subType = subTypeOf(value, discriminator);
    const { property, isKept } = discriminator;
    if (subType) return this.instance(subType, value, at, isKept ? undefined : property);
    this.issues.push(unknownSubType(discriminator, at.path));
    return value;
  }

  private byLibrary(type: Function, value: Fields, path: string): object {
    checkWork(value);
    this.issues.push(...unknownSubTypes(type, value, path, this.shapes));
    return plainToInstance(type as Class, value);
  }
}

/** Unknown properties are looked after in whatever wears `@ValidateNested()`. */
function placeOf(key: string, { path, unknown }: Place, { nested }: ClassShape): Place {
  return { path: joinPath(path, key), unknown: nested.has(key) ? unknown : 'keep' };
}

function itemAt({ path, unknown }: Place, index: number): Place {
  return { path: joinPath(path, index), unknown };
}

/** As class-transformer does it: nothing is refused, and validators say what they think of what has become of it. */
const CONVERSIONS = new Map<Function, (value: unknown) => unknown>([
  [String, String],
  [Number, Number],
  [Boolean, Boolean],
  [Date, (value) => new Date(value as string)],
]);

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

function paramsOf(value: unknown, key: string, obj: Fields): TransformFnParams {
  return { value, key, obj, type: TransformationType.PLAIN_TO_CLASS, options: OPTIONS };
}

/** The defaults of class-transformer, as transformations see them. */
const OPTIONS: TransformFnParams['options'] = {
  enableCircularCheck: false,
  enableImplicitConversion: false,
  excludeExtraneousValues: false,
  exposeDefaultValues: false,
  exposeUnsetFields: true,
  ignoreDecorators: false,
};
