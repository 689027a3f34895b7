import { types } from 'node:util';

/** What is wrong with a value, completing a sentence about its location, and what to use instead. */
export interface Problem {
  readonly fact: string;
  readonly remedy: string;
}

/** A number that JSON has no form for. */
export function numberProblem(value: number): Problem {
  return { fact: `is ${value}, which JSON writes as null`, remedy: 'Give null, or text' };
}

export const BIGINT: Problem = {
  fact: 'is a BigInt, which JSON cannot represent',
  remedy: 'Give text, by String(value)',
};

export const FUNCTION: Problem = {
  fact: 'is a function, which JSON cannot represent',
  remedy: 'Leave it out, or give what it returns',
};

export const SYMBOL: Problem = {
  fact: 'is a symbol, which JSON cannot represent',
  remedy: 'Leave it out, or give text',
};

export const HOLE: Problem = {
  fact: 'is a hole in an array, which JSON writes as null',
  remedy: 'Give null, or close the holes with array.filter(() => true)',
};

export const POISON: Problem = {
  fact: 'could poison the objects that it is copied into, so it would not be read back',
  remedy: 'Give the property another name',
};

/** A value that is nested so deep that readers may overflow their stack. */
export function depthProblem(most: number): Problem {
  return {
    fact: `is nested more than ${most} levels deep`,
    remedy: 'Give a flat list whose items refer to each other by ids',
  };
}

/** An object that refers to itself, directly or through others. */
export function cycleProblem(to: string): Problem {
  return { fact: `refers back to ${to}, and JSON cannot represent a cycle`, remedy: 'Refer to it by an id' };
}

/** What to use instead of an object, by its `Object.prototype.toString` name. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['Map', 'Give Object.fromEntries(map), or an array by [...map]'],
  ['Set', 'Give an array, by [...set]'],
  ['Error', 'Give what is to be kept of it, such as { name, message }'],
  ['RegExp', 'Give its source, as text'],
  ['Date', 'Give its ISO text'],
  ['Promise', 'Await it first'],
]);

/**
 * What JSON would lose of an object that is neither an array nor a plain object; undefined if JSON writes its own
 * properties.
 */
export function objectProblem(value: object): Problem | undefined {
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return bytesProblem(value);
  if (types.isDate(value) && Number.isNaN(value.getTime())) return INVALID_DATE;
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  const remedy = REMEDIES.get(tag);
  if (remedy === undefined && (tag === 'Object' || Object.keys(value).length > 0)) return undefined;
  return { fact: `is ${nameOf(value, tag)}, of which JSON writes nothing`, remedy: remedy ?? 'Give plain data' };
}

const INVALID_DATE: Problem = {
  fact: 'is an invalid Date, which JSON writes as null',
  remedy: 'Give a valid one, or null',
};

function bytesProblem(value: object): Problem {
  return {
    fact: `is ${nameOf(value, 'Buffer')}, and bytes do not come back as bytes`,
    remedy: 'Give text, such as base64, or send the bytes by themselves with sendMessage()',
  };
}

/** The name of the object's class, with an article. */
function nameOf(value: object, otherwise: string): string {
  const { constructor } = value as { constructor?: unknown };
  const name = typeof constructor === 'function' && constructor.name !== '' ? constructor.name : otherwise;
  return `${/^[AEIO]/i.test(name) ? 'an' : 'a'} ${name}`;
}
