import type { ClassShape, ClassShapes } from './class-shapes.js';
import type { Demand, PropertyRule } from './property-rules.js';

/**
 * True where class-validator would find nothing wrong, told at once: its own way takes a promise, and looks all classes
 * through each time. False says nothing but that it must be asked: for what is wrong, or because a validator answers later.
 */
export function isSurelyValid(instance: object, shapes: ClassShapes): boolean {
  const shape = shapes.of(instance.constructor);
  if (shape.rules === undefined) return false;
  for (const rule of shape.rules) {
    const value = (instance as Record<string, unknown>)[rule.property];
    if (!isAsked(rule, instance, value)) continue;
    for (const demand of rule.demands) if (!isMet(demand, value, instance, rule.property, shape)) return false;
    if (rule.isNested && !isNestedValid(value, shapes)) return false;
  }
  return true;
}

function isAsked({ conditions }: PropertyRule, object: object, value: unknown): boolean {
  for (const condition of conditions) if (!condition(object, value)) return false;
  return true;
}

function isMet(
  { validator, constraints, each }: Demand,
  value: unknown,
  object: object,
  property: string,
  shape: ClassShape,
): boolean {
  const args = { targetName: object.constructor.name, property, object, value, constraints };
  if (!each || !isCollection(value)) return isYes(validator.instance.validate(value, args), shape);
  const items = value instanceof Map ? value.values() : value;
  for (const item of items) if (!isYes(validator.instance.validate(item, args), shape)) return false;
  return true;
}

/** Whoever answers later has class-validator asked from now on, and does not answer into the void. */
function isYes(answer: unknown, shape: ClassShape): boolean {
  if (answer === true) return true;
  if (answer !== false) {
    shape.rules = undefined;
    void Promise.resolve(answer).catch(() => undefined);
  }
  return false;
}

function isNestedValid(value: unknown, shapes: ClassShapes): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.every((item) => isNestedValid(item, shapes));
  return typeof value === 'object' && value !== null && !isCollection(value) && isSurelyValid(value, shapes);
}

function isCollection(value: unknown): value is Iterable<unknown> {
  return Array.isArray(value) || value instanceof Set || value instanceof Map;
}
