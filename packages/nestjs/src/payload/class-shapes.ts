import { getMetadataStorage } from 'class-validator';
import { type PropertyRule, rulesFrom } from './property-rules.js';

/** The class-validator decorators on a class and its base classes. */
export interface ClassShape {
  /** False for a class without any such decorator. */
  readonly isDecorated: boolean;
  /** The decorated properties. */
  readonly properties: ReadonlySet<string>;
  readonly rules: readonly PropertyRule[];
}

/** Reads and caches the shape of each class. */
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
  return { isDecorated: rules.length > 0, properties: new Set(rules.map(({ property }) => property)), rules };
}
