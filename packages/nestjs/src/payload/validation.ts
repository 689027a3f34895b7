import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { ValidationArguments } from 'class-validator';
import { joinPath, MOST_ISSUES, type PayloadIssue } from '@repid/core';
import type { ClassShapes } from './class-shapes.js';
import { type Demand, messageOf, type PropertyRule } from './property-rules.js';
import { treatUnknown, type UnknownProperties } from './unknown-properties.js';

type Fields = Record<string, unknown>;

/** How many objects and items are looked at before others get a turn. */
const STRETCH = 1_000;

/** How many answers are awaited at once. */
const MOST_AWAITED = 500;

/** An object whose properties are gone through, or a collection whose items are. */
interface Visit {
  readonly path: string;
  /** False where a condition says that nothing is asked: only unknown properties are looked after. */
  readonly isAsked: boolean;
  /** The property or item that is next. */
  at: number;
  readonly object?: Fields;
  /** Of the object. */
  readonly rules?: readonly PropertyRule[];
  readonly items?: readonly unknown[];
  /** What the items are called, where that is not their index. */
  readonly names?: readonly unknown[];
  /** Of the property that holds the items. */
  readonly rule?: PropertyRule;
}

/**
 * Finds what is wrong with an instance, by the decorators of class-validator, and treats properties that its classes do not
 * declare. It ends with as many issues as are told: class-validator itself would go on to the end of a large payload, and hold
 * everybody up meanwhile.
 */
export class Validation {
  readonly issues: PayloadIssue[] = [];
  private readonly visits: Visit[] = [];
  private pending: Promise<void>[] = [];

  constructor(
    private readonly shapes: ClassShapes,
    private readonly unknownProperties: UnknownProperties,
  ) {}

  /** Done at once where it is not much, and no validator answers later. @throws what a validator throws */
  run(instance: object, path: string): void | Promise<void> {
    this.enter(instance as Fields, path, true);
    if (!this.goOn()) return this.goOnLater();
  }

  /** As many steps as may be taken at a stretch; true where those were all. */
  private goOn(): boolean {
    for (let steps = 0; this.visits.length > 0 && this.issues.length < MOST_ISSUES; steps += 1) {
      if (steps >= STRETCH || this.pending.length >= MOST_AWAITED) return false;
      this.step(this.visits[this.visits.length - 1]!);
    }
    return this.pending.length === 0;
  }

  private async goOnLater(): Promise<void> {
    do {
      const pending = this.pending;
      this.pending = [];
      await Promise.all(pending);
      await turnOfTheLoop();
    } while (!this.goOn());
  }

  private step(visit: Visit): void {
    if (visit.rules) this.properties(visit, visit.object!, visit.rules);
    else this.nextItem(visit, visit.items!);
  }

  private enter(object: Fields, path: string, isAsked: boolean): void {
    const shape = this.shapes.of(object.constructor);
    treatUnknown(object, shape, this.unknownProperties, path, this.issues);
    if (shape.rules.length > 0) this.visits.push({ path, isAsked, at: 0, object, rules: shape.rules });
  }

  /** Up to one whose value is to be visited first. */
  private properties(visit: Visit, object: Fields, rules: readonly PropertyRule[]): void {
    const depth = this.visits.length;
    while (visit.at < rules.length) {
      this.property(visit, object, rules[visit.at++]!);
      if (this.visits.length > depth) return;
    }
    this.visits.pop();
  }

  private property({ path, isAsked }: Visit, object: Fields, rule: PropertyRule): void {
    const value = object[rule.property];
    const asked = isAsked && (rule.conditions.length === 0 || rule.conditions.every((isMet) => isMet(object, value)));
    if (asked) for (const demand of rule.demands) this.ask(demand, value, object, path, rule.property);
    if (rule.nested && value !== undefined) this.nested(value, joinPath(path, rule.property), asked, rule);
  }

  private nextItem(visit: Visit, items: readonly unknown[]): void {
    const { names, path, isAsked, rule } = visit;
    const at = visit.at++;
    if (at >= items.length) this.visits.pop();
    else if (items[at] !== undefined)
      this.nested(items[at], joinPath(path, names ? String(names[at]) : at), isAsked, rule!);
  }

  private nested(value: unknown, path: string, isAsked: boolean, rule: PropertyRule): void {
    if (isCollection(value)) this.visits.push({ path, isAsked, at: 0, rule, ...itemsOf(value) });
    else if (isOfNoClass(value)) this.issues.push({ path, message: OF_NO_CLASS });
    else if (value instanceof Object) this.enter(value as Fields, path, isAsked);
    else if (isAsked) this.issues.push({ path, message: messageOf(rule.nested!, argsOfItem(rule.property, value)) });
  }

  private ask(demand: Demand, value: unknown, object: Fields, path: string, property: string): void {
    if (demand.condition && !demand.condition(object, value)) return;
    const { constraints } = demand;
    const args = { targetName: object.constructor.name, property, object, value, constraints };
    const answer = answerOf(demand, value, args);
    if (answer === true) return;
    if (answer === false) this.tell(demand, path, args);
    else this.await(answer.then((isMet) => (isMet ? undefined : this.tell(demand, path, args))));
  }

  private tell(demand: Demand, path: string, args: ValidationArguments): void {
    this.issues.push({ path: joinPath(path, args.property), message: messageOf(demand, args) });
  }

  /** One that fails is told when its turn has come, and not as nobody's. */
  private await(answer: Promise<void>): void {
    answer.catch(() => undefined);
    this.pending.push(answer);
  }
}

const OF_NO_CLASS = 'cannot be validated: the property has no @Type(() => Class)';

/** True for an object that was given no class, so that nothing can be asked of it. */
function isOfNoClass(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { constructor } = value;
  return constructor === Object || typeof constructor !== 'function';
}

function isCollection(value: unknown): value is readonly unknown[] | Set<unknown> | Map<unknown, unknown> {
  return Array.isArray(value) || value instanceof Set || value instanceof Map;
}

function itemsOf(value: readonly unknown[] | Set<unknown> | Map<unknown, unknown>): Pick<Visit, 'items' | 'names'> {
  if (Array.isArray(value)) return { items: value };
  const names = value instanceof Map ? [...value.keys()] : undefined;
  return { items: [...value.values()], names };
}

function argsOfItem(property: string, value: unknown): ValidationArguments {
  return { targetName: '', property, object: {}, value, constraints: [] };
}

/** Whether the value, or each item of it, is what the validator asks for. */
function answerOf(demand: Demand, value: unknown, args: ValidationArguments): boolean | Promise<boolean> {
  if (demand.each && isCollection(value)) return answerOfEach(demand, value.values(), args);
  return truthOf(demand.validator.instance.validate(value, args));
}

function answerOfEach(
  { validator }: Demand,
  items: Iterable<unknown>,
  args: ValidationArguments,
): boolean | Promise<boolean> {
  const later: Promise<boolean>[] = [];
  for (const item of items) {
    const answer = truthOf(validator.instance.validate(item, args));
    if (answer === false) return false;
    if (answer !== true) later.push(answer);
  }
  return later.length === 0 || Promise.all(later).then((answers) => answers.every(Boolean));
}

function truthOf(answer: unknown): boolean | Promise<boolean> {
  if (typeof answer !== 'object' || answer === null || !('then' in answer)) return Boolean(answer);
  return Promise.resolve(answer as PromiseLike<unknown>).then(Boolean);
}
