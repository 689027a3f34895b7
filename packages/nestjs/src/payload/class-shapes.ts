import { getMetadataStorage } from 'class-validator';
import { type PropertyRule, rulesFrom } from './property-rules.js';

/** The decorators of class-validator on a class and on those that it extends. */
export interface ClassShape {
  /** False for a class without any such decorator. */
  readonly isDeclared: boolean;
  /** The decorated properties. */
  readonly properties: ReadonlySet<string>;
  readonly rules: readonly PropertyRule[];
}

/** Looks up each class once. */
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
  return { isDeclared: rules.length > 0, properties: new Set(rules.map(({ property }) => property)), rules };
}
