import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import type { ValidationArguments } from 'class-validator';
import { joinPath, MOST_ISSUES, type PayloadIssue } from '@repid/core';
import type { ClassShapes } from './class-shapes.js';
import { messageOf, type PropertyRule, type PropertyValidator } from './property-rules.js';
import { handleUnknownProperties, type UnknownProperties } from './unknown-properties.js';

type Fields = Record<string, unknown>;

/** Number of steps before the validation yields to the event loop. A step is an object or an item. */
const MAX_STEPS_PER_TURN = 1_000;

/** Number of asynchronous validators awaited at once. */
const MAX_PENDING = 500;

/** A position in the traversal: an object and its next property, or a collection and its next item. */
interface Frame {
  readonly path: string;
  /** False if a condition disables validation. Unknown properties are handled all the same. */
  readonly isValidated: boolean;
  /** Index of the next property or item. */
  next: number;
  readonly object?: Fields;
  /** The rules of the object. */
  readonly rules?: readonly PropertyRule[];
  readonly items?: readonly unknown[];
  /** Names of the items in paths. Default: their indexes. */
  readonly names?: readonly unknown[];
  /** The rule of the property that holds the items. */
  readonly rule?: PropertyRule;
}

/**
 * Validates an instance by its class-validator decorators, and handles properties that its classes do not declare.
 *
 * Stops at the maximum number of issues, and yields to the event loop during large payloads. class-validator's own
 * `validate()` does neither.
 */
export class Validation {
  readonly issues: PayloadIssue[] = [];
  private readonly stack: Frame[] = [];
  private pending: Promise<void>[] = [];

  constructor(
    private readonly shapes: ClassShapes,
    private readonly unknownProperties: UnknownProperties,
  ) {}

  /** Completes synchronously for a small payload without asynchronous validators. @throws what a validator throws */
  run(instance: object, path: string): void | Promise<void> {
    this.enter(instance as Fields, path, true);
    if (!this.runTurn()) return this.runRemainingTurns();
  }

  /** Runs the steps of one event loop turn. Returns true if the validation is complete. */
  private runTurn(): boolean {
    for (let steps = 0; this.stack.length > 0 && this.issues.length < MOST_ISSUES; steps += 1) {
      if (steps >= MAX_STEPS_PER_TURN || this.pending.length >= MAX_PENDING) return false;
      this.step(this.stack[this.stack.length - 1]!);
    }
    return this.pending.length === 0;
  }

  private async runRemainingTurns(): Promise<void> {
    do {
      const pending = this.pending;
      this.pending = [];
      await Promise.all(pending);
      await nextEventLoopTurn();
    } while (!this.runTurn());
  }

  private step(frame: Frame): void {
    if (frame.rules) this.validateProperties(frame, frame.object!, frame.rules);
    else this.validateNextItem(frame, frame.items!);
  }

  private enter(object: Fields, path: string, isValidated: boolean): void {
    const shape = this.shapes.of(object.constructor);
    handleUnknownProperties(object, shape, this.unknownProperties, path, this.issues);
    if (shape.rules.length > 0) this.stack.push({ path, isValidated, next: 0, object, rules: shape.rules });
  }

  /** Validates properties until one pushes a nested frame, which is processed first. */
  private validateProperties(frame: Frame, object: Fields, rules: readonly PropertyRule[]): void {
    const depth = this.stack.length;
    while (frame.next < rules.length) {
      this.validateProperty(frame, object, rules[frame.next++]!);
      if (this.stack.length > depth) return;
    }
    this.stack.pop();
  }

  private validateProperty(frame: Frame, object: Fields, rule: PropertyRule): void {
    const { path } = frame;
    const value = object[rule.property];
    const isValidated = frame.isValidated && rule.conditions.every((isMet) => isMet(object, value));
    if (isValidated) {
      for (const validator of rule.validators) this.validate(validator, value, object, path, rule.property);
    }
    if (rule.nested && value !== undefined) {
      this.validateNested(value, joinPath(path, rule.property), isValidated, rule);
    }
  }

  private validateNextItem(frame: Frame, items: readonly unknown[]): void {
    const { names, path, isValidated, rule } = frame;
    const index = frame.next++;
    if (index >= items.length) this.stack.pop();
    else if (items[index] !== undefined)
      this.validateNested(items[index], joinPath(path, names ? String(names[index]) : index), isValidated, rule!);
  }

  private validateNested(value: unknown, path: string, isValidated: boolean, rule: PropertyRule): void {
    if (isCollection(value)) this.stack.push({ path, isValidated, next: 0, rule, ...itemsOf(value) });
    else if (hasNoClass(value)) this.issues.push({ path, message: NO_CLASS });
    else if (value instanceof Object) this.enter(value as Fields, path, isValidated);
    else if (isValidated)
      this.issues.push({ path, message: messageOf(rule.nested!, argsOfItem(rule.property, value)) });
  }

  private validate(validator: PropertyValidator, value: unknown, object: Fields, path: string, property: string): void {
    if (validator.condition && !validator.condition(object, value)) return;
    const { constraints } = validator;
    const args = { targetName: object.constructor.name, property, object, value, constraints };
    const result = resultOf(validator, value, args);
    if (result === true) return;
    if (result === false) this.addIssue(validator, path, args);
    else this.track(result.then((isValid) => (isValid ? undefined : this.addIssue(validator, path, args))));
  }

  private addIssue(validator: PropertyValidator, path: string, args: ValidationArguments): void {
    this.issues.push({ path: joinPath(path, args.property), message: messageOf(validator, args) });
  }

  /** The empty handler prevents an unhandled rejection. `runRemainingTurns` awaits the promise and rejects with it. */
  private track(result: Promise<void>): void {
    result.catch(() => undefined);
    this.pending.push(result);
  }
}

const NO_CLASS = 'cannot be validated: the property has no @Type(() => Class)';

/** Returns true for a plain object, which class-transformer was given no class for. */
function hasNoClass(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { constructor } = value;
  return constructor === Object || typeof constructor !== 'function';
}

function isCollection(value: unknown): value is readonly unknown[] | Set<unknown> | Map<unknown, unknown> {
  return Array.isArray(value) || value instanceof Set || value instanceof Map;
}

function itemsOf(value: readonly unknown[] | Set<unknown> | Map<unknown, unknown>): Pick<Frame, 'items' | 'names'> {
  if (Array.isArray(value)) return { items: value };
  const names = value instanceof Map ? [...value.keys()] : undefined;
  return { items: [...value.values()], names };
}

function argsOfItem(property: string, value: unknown): ValidationArguments {
  return { targetName: '', property, object: {}, value, constraints: [] };
}

/** Returns true if the value, or each item of it, is valid. */
function resultOf(validator: PropertyValidator, value: unknown, args: ValidationArguments): boolean | Promise<boolean> {
  if (validator.each && isCollection(value)) return resultOfEach(validator, value.values(), args);
  return toBoolean(validator.constraint.instance.validate(value, args));
}

function resultOfEach(
  { constraint }: PropertyValidator,
  items: Iterable<unknown>,
  args: ValidationArguments,
): boolean | Promise<boolean> {
  const pending: Promise<boolean>[] = [];
  for (const item of items) {
    const result = toBoolean(constraint.instance.validate(item, args));
    if (result === false) return false;
    if (result !== true) pending.push(result);
  }
  return pending.length === 0 || Promise.all(pending).then((results) => results.every(Boolean));
}

function toBoolean(result: unknown): boolean | Promise<boolean> {
  if (typeof result !== 'object' || result === null || !('then' in result)) return Boolean(result);
  return Promise.resolve(result as PromiseLike<unknown>).then(Boolean);
}
