import { types } from 'node:util';
import { SerializationError } from '../errors/index.js';
import {
  BIGINT,
  cycleProblem,
  depthProblem,
  FUNCTION,
  HOLE,
  numberProblem,
  objectProblem,
  POISON,
  type Problem,
  SYMBOL,
} from './unwritable.js';
import { showPath, type Step } from './value-path.js';

/** The maximum nesting of objects and arrays. Readers in other languages have similar limits. */
export const MAX_DEPTH = 1_000;

/**
 * The value to pass to `JSON.stringify`: the value itself, or a copy if a `toJSON` had to be called, so that it is
 * called only once. Refuses parts that JSON would write in a form that cannot be read back.
 *
 * The rules of JSON apply: a Date becomes ISO text, `undefined` properties are omitted and `undefined` items become
 * null, `toJSON` is called, and class instances are written with their own properties.
 *
 * @param name what the value is; paths begin with it
 * @throws SerializationError that says where, what is wrong there, and what to use instead
 */
export function writable(value: unknown, name: string): unknown {
  return typeof value === 'string' ? value : new Walk(value, name).root();
}

type Fields = Record<string, unknown>;

/** A `toJSON` method. */
type ToJson = (key: string) => unknown;

const dateToJson = Date.prototype.toJSON;

/** Visits the whole value once. The path is formatted only if something is wrong. */
class Walk {
  /** The steps from the root to the current part; entries beyond its depth are stale. */
  private readonly steps: Step[] = [];

  constructor(
    private readonly value: unknown,
    private readonly name: string,
  ) {}

  /** The whole value as it is to be written. */
  root(): unknown {
    return this.written(this.value, '', 0);
  }

  /** A part as it is to be written, at this depth from the root. */
  private written(value: unknown, key: Step, depth: number): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
      case 'undefined':
        return value;
      case 'number':
        return Number.isFinite(value) ? value : this.refuse(numberProblem(value), key, depth);
      case 'object':
        return value === null ? null : this.object(value, key, depth);
      case 'bigint':
        return this.bigint(value, key, depth);
      default:
        return this.refuse(typeof value === 'function' ? FUNCTION : SYMBOL, key, depth);
    }
  }

  private object(value: object, key: Step, depth: number): unknown {
    if (depth > 0) this.steps[depth - 1] = key;
    if (depth >= MAX_DEPTH) return this.tooDeep(depth);
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return this.converted(value, toJSON as ToJson, key, depth);
    return this.contents(value, key, depth);
  }

  /**
   * The items or properties, collected in `empty` if given: they are then written on their own, and the object's
   * `toJSON` is not called.
   */
  private contents(value: object, key: Step, depth: number, empty?: Fields): unknown {
    if (Array.isArray(value)) return this.items(value, depth, empty && []);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.fields(value as Fields, depth, empty);
    if (types.isBoxedPrimitive(value)) return this.written(value.valueOf(), key, depth);
    const problem = objectProblem(value);
    if (problem) return this.refuse(problem, key, depth);
    return this.fields(value as Fields, depth, empty);
  }

  private fields(owner: Fields, depth: number, empty?: Fields): Fields {
    let copy = empty;
    for (const key in owner) {
      if (!Object.hasOwn(owner, key)) continue;
      const given = owner[key];
      const found = typeof given === 'string' ? given : this.written(given, key, depth + 1);
      if (isPoison(key, found)) this.refuse(POISON, key, depth + 1);
      if (copy === undefined && found !== given) copy = { ...owner };
      if (copy !== undefined) copy[key] = found;
    }
    return copy ?? owner;
  }

  private items(items: readonly unknown[], depth: number, empty?: unknown[]): readonly unknown[] {
    let copy = empty;
    for (let at = 0; at < items.length; at += 1) {
      const given = items[at];
      if (given === undefined && !Object.hasOwn(items, at)) this.refuse(HOLE, at, depth + 1);
      const found = typeof given === 'string' ? given : this.written(given, at, depth + 1);
      if (copy === undefined && found !== given) copy = items.slice(0, at);
      copy?.push(found);
    }
    return copy ?? items;
  }

  private converted(value: object, toJSON: ToJson, key: Step, depth: number): unknown {
    if (toJSON === dateToJson && isValidDate(value)) return value;
    if (toJSON === dateToJson || Buffer.isBuffer(value)) return this.contents(value, key, depth);
    const converted = toJSON.call(value, String(key));
    if (typeof converted !== 'object' || converted === null) return this.written(converted, key, depth);
    return this.contents(converted, key, depth, {});
  }

  private bigint(value: bigint, key: Step, depth: number): unknown {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON !== 'function') return this.refuse(BIGINT, key, depth);
    const converted: unknown = (toJSON as ToJson).call(value, String(key));
    return typeof converted === 'bigint' ? this.refuse(BIGINT, key, depth) : this.written(converted, key, depth);
  }

  private tooDeep(depth: number): never {
    const seen = new Map<unknown, number>();
    let value = this.value;
    for (let at = 0; at < depth && typeof value === 'object' && value !== null; at += 1) {
      const before = seen.get(value);
      if (before !== undefined) this.refuseAt(cycleProblem(showPath(this.name, this.steps.slice(0, before))), at);
      seen.set(value, at);
      value = (value as Fields)[this.steps[at]!];
    }
    this.refuseAt(depthProblem(MAX_DEPTH), depth);
  }

  private refuse(problem: Problem, key: Step, depth: number): never {
    if (depth > 0) this.steps[depth - 1] = key;
    return this.refuseAt(problem, depth);
  }

  private refuseAt({ fact, remedy }: Problem, depth: number): never {
    throw new SerializationError(`${showPath(this.name, this.steps.slice(0, depth))} ${fact}. ${remedy}.`);
  }
}

function isValidDate(value: object): boolean {
  return types.isDate(value) && !Number.isNaN(value.getTime());
}

/** True for a property that readers refuse, see `parse`. */
function isPoison(key: string, member: unknown): boolean {
  if (key === '__proto__') return member !== undefined;
  if (key !== 'constructor' || typeof member !== 'object' || member === null) return false;
  return Object.hasOwn(member, 'prototype') && (member as { prototype?: unknown }).prototype !== undefined;
}
