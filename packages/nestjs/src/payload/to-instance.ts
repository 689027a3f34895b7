import { plainToInstance } from 'class-transformer';
import type { ClassShapes } from './class-shapes.js';

type Plain = Readonly<Record<string, unknown>>;

/** `plainToInstance`, which is spared where it would do no more than copy. */
export function toInstance(type: new () => object, value: object, shapes: ClassShapes): object {
  return isOnlyCopied(type, value as Plain, shapes) ? copy(value as Plain, new type()) : plainToInstance(type, value);
}

/** True where each of its properties is copied as it is, being no object that would be copied, too. */
function isOnlyCopied(type: Function, value: Plain, shapes: ClassShapes): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  const { copied } = shapes.of(type);
  for (const key of Object.keys(value)) {
    if (!copied.has(key) || !isPrimitive(value[key])) return false;
  }
  return true;
}

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}

/** Functions that the class gives its instances stay, as class-transformer has it. */
function copy(value: Plain, instance: object): object {
  const target = instance as Record<string, unknown>;
  for (const key of Object.keys(value)) {
    if (typeof target[key] !== 'function') target[key] = value[key];
  }
  return instance;
}
