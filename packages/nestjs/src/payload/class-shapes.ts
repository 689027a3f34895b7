import { getMetadataStorage } from 'class-validator';
import { type ClassReading, classReading } from './property-readings.js';
import { rulesFrom, type PropertyRule } from './property-rules.js';

/** What class-validator and class-transformer know of a class. */
export interface ClassShape {
  /** False for a class without any decorator of class-validator. */
  readonly isDeclared: boolean;
  /** Those that wear one. */
  readonly properties: ReadonlySet<string>;
  /** Those of them that wear `@ValidateNested()`. */
  readonly nested: ReadonlySet<string>;
  /** What its properties must be. */
  readonly rules: readonly PropertyRule[];
  /** How its properties are read; undefined where only class-transformer can do it. */
  readonly reading: ClassReading | undefined;
}

/** Looks classes up, once each. */
export class ClassShapes {
  private readonly known = new WeakMap<Function, ClassShape>();

  of(type: Function): ClassShape {
    let shape = this.known.get(type);
    if (shape === undefined) {
      shape = read(type);
      this.known.set(type, shape);
    }
    return shape;
  }
}

function read(type: Function): ClassShape {
  const rules = rulesFrom(getMetadataStorage().getTargetValidationMetadatas(type, '', false, false));
  const properties = rules.map(({ property }) => property);
  return {
    isDeclared: rules.length > 0,
    properties: new Set(properties),
    nested: new Set(rules.filter((rule) => rule.nested !== undefined).map(({ property }) => property)),
    rules,
    reading: classReading(type, properties),
  };
}
