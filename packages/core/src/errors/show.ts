const LONGEST = 200;
/** The maximum number of array items, and of object properties, that are shown. */
const MOST_MEMBERS = 20;
/** The maximum number of values that are visited in total. */
const MOST_VALUES = 100;

/**
 * Formats a value for an error message: as JSON of limited size. A value without a JSON form is shown by what it is:
 * `NaN`, `10n`, `a Map`. Never throws, whatever its getters do.
 *
 * @param longest maximum length in characters
 */
export function show(value: unknown, longest: number = LONGEST): string {
  return shorten(textOf(value, longest), longest);
}

/** Cuts the text to `longest` characters, and adds dots if it was longer. */
export function shorten(text: string, longest: number = LONGEST): string {
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}

function textOf(value: unknown, longest: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.slice(0, longest));
    case 'bigint':
      return `${value}n`;
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : objectText(value, longest);
    default:
      return String(value);
  }
}

function objectText(value: object, longest: number): string {
  try {
    return plainKind(value) ?? withoutMarks(JSON.stringify(value, bounded(longest)) ?? kindOf(value));
  } catch {
    return kindOf(value); // A cycle, a getter that throws, a revoked proxy.
  }
}

type Replacer = (this: unknown, name: string, value: unknown) => unknown;

/** Limits how much of a large value JSON.stringify visits, and marks values that JSON would omit. */
function bounded(longest: number): Replacer {
  let left = MOST_VALUES;
  return function replace(this: unknown, _name, value) {
    left -= 1;
    if (typeof value === 'string') return value.slice(0, longest);
    if (value === undefined) return Array.isArray(this) ? marked('undefined') : undefined;
    if (typeof value !== 'object' || value === null) return isJson(value) ? value : marked(textOf(value, longest));
    if (left <= 0) return marked('...');
    return firstMembers(value);
  };
}

function isJson(value: unknown): boolean {
  return value === null || typeof value === 'boolean' || Number.isFinite(value);
}

function firstMembers(value: object): unknown {
  if (Array.isArray(value)) {
    return value.length > MOST_MEMBERS ? [...value.slice(0, MOST_MEMBERS), marked('...')] : value;
  }
  const kind = plainKind(value);
  if (kind !== undefined) return marked(kind);
  const names = Object.keys(value);
  if (names.length <= MOST_MEMBERS) return value;
  const first = names.slice(0, MOST_MEMBERS).map((name) => [name, (value as Record<string, unknown>)[name]] as const);
  return { ...Object.fromEntries(first), '...': marked('...') };
}

/** The kind of a value that is shown by its kind, because JSON does not see its members. */
function plainKind(value: object): string | undefined {
  const isOpaque = value instanceof Error || value instanceof Map || value instanceof Set || ArrayBuffer.isView(value);
  return isOpaque || (!isPlain(value) && isEmpty(value)) ? kindOf(value) : undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Array.isArray(value);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0 && typeof (value as { toJSON?: unknown }).toJSON !== 'function';
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  bigint: 'a BigInt',
  boolean: 'true or false',
  function: 'a function',
  symbol: 'a symbol',
  undefined: 'undefined',
};

/**
 * The kind of a value, not its content, which may be a payload or a secret: `an array`, `a Map`, `an object`, `text`.
 * Never throws.
 */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? kindOfObject(value) : KINDS[typeof value]!;
}

function kindOfObject(value: object): string {
  try {
    if (Array.isArray(value)) return 'an array';
    const name: unknown = value.constructor?.name;
    if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object';
    return `${/^[AEIO]/i.test(name) ? 'an' : 'a'} ${shorten(name, 50)}`;
  } catch {
    return 'an object that cannot be read';
  }
}

// Private-use characters mark text that is shown without quotes.
function marked(text: string): string {
  return `\uE000${text}\uE001`;
}

function withoutMarks(text: string): string {
  return text.replaceAll(/"\uE000([^\uE001]*)\uE001"/g, '$1');
}
