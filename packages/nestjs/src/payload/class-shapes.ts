import { getMetadataStorage, ValidationTypes } from 'class-validator';
import { copiedProperties } from './copied-properties.js';
import { rulesFrom, type PropertyRule } from './property-rules.js';

/** What class-validator and class-transformer know of a class. */
export interface ClassShape {
  /** False for a class without any of its decorators. */
  readonly isDeclared: boolean;
  readonly properties: ReadonlySet<string>;
  /** Those of them that class-transformer copies as they are. */
  readonly copied: ReadonlySet<string>;
  /** The properties that wear `@ValidateNested()`. */
  readonly nested: readonly string[];
  /** What its properties must be; undefined where only class-validator can tell. */
  rules: readonly PropertyRule[] | undefined;
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
  const metadata = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const nested = metadata.filter((one) => one.type === ValidationTypes.NESTED_VALIDATION);
  const properties = new Set(metadata.map((one) => one.propertyName));
  return {
    isDeclared: metadata.length > 0,
    properties,
    copied: copiedProperties(type, properties),
    nested: [...new Set(nested.map((one) => one.propertyName))],
    rules: rulesFrom(metadata),
  };
}
