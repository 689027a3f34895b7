import { escapeControls } from './escape.js';
import { ignoreRejection } from './ignore-rejection.js';
import { isA } from './is-a.js';
import { show, shorten } from './show.js';

/** Limits on what is kept of a thrown value. Sizes in characters. */
const LIMITS = {
  name: 100,
  code: 100,
  message: 2_000,
  response: 2_000,
  frames: 6_000,
  depth: 5,
  members: 5,
  errors: 12,
};

/** Any thrown value, as data of limited size: for dead letters and error messages. */
export interface ErrorDescription {
  /** The error's name; `Error` for a value that is not an error. */
  readonly name: string;
  /** The error's message; for a value that is not an error, the value itself. */
  readonly message: string;
  /** The error's code, such as `ECONNREFUSED` or `REPID_TIMEOUT`. */
  readonly code?: string;
  readonly stack?: string;
  /** The status of an HTTP exception. */
  readonly status?: number;
  /** The response of an HTTP exception as JSON, if it says more than the message. */
  readonly response?: string;
  /** The error's cause. */
  readonly cause?: ErrorDescription;
  /** The errors of an AggregateError. */
  readonly errors?: readonly ErrorDescription[];
}

/** Never throws, whatever was thrown: a getter or a proxy that throws, a cycle of causes, an error of another realm. */
export function describeError(thrown: unknown): ErrorDescription {
  return describeWithin({ left: LIMITS.errors, seen: new Set() }, thrown, 0);
}

/** `Name: message` of any thrown value, at most about 2,000 characters. Never throws. */
export function errorText(thrown: unknown): string {
  return isErrorLike(thrown) ? textOf(describeOne(thrown)) : valueText(thrown);
}

/** The same with causes, and with the response of an HTTP exception: for logs. */
export function errorTextWithCauses(thrown: unknown): string {
  return isErrorLike(thrown) ? textWithCauses(describeError(thrown)) : valueText(thrown);
}

/**
 * The stack for a log: its lines, with other control characters escaped. Undefined for a value that is not an error.
 */
export function stackOf(thrown: unknown): string | undefined {
  const stack = isErrorLike(thrown) ? framesOf(thrown) : undefined;
  if (stack === undefined) return undefined;
  return [errorText(thrown), ...stack.split('\n')].map(escapeControls).join('\n');
}

/** The thrown value if it is an error; otherwise an error that describes it. */
export function toError(thrown: unknown): Error {
  return isA(thrown, Error) ? thrown : new Error(describeOne(thrown).message);
}

interface Bounds {
  /** How many errors may still be described. */
  left: number;
  readonly seen: Set<unknown>;
}

function describeWithin(bounds: Bounds, thrown: unknown, depth: number): ErrorDescription {
  bounds.left -= 1;
  bounds.seen.add(thrown);
  const one = describeOne(thrown);
  if (!isErrorLike(thrown)) return one;
  const next = (inner: unknown): ErrorDescription | undefined => {
    const isTooMuch = depth >= LIMITS.depth || bounds.left <= 0 || bounds.seen.has(inner);
    return isTooMuch ? undefined : describeWithin(bounds, inner, depth + 1);
  };
  const frames = depth <= 1 ? framesOf(thrown) : undefined;
  const errors = membersOf(thrown)
    ?.map(next)
    .filter((error) => error !== undefined);
  const cause = read(thrown, 'cause');
  return withoutUndefined({
    ...one,
    stack: frames && `${textOf(one)}\n${frames}`,
    errors,
    cause: cause === undefined || cause === null ? undefined : next(cause),
  });
}

/** Without causes and members. */
function describeOne(thrown: unknown): ErrorDescription {
  if (!isErrorLike(thrown)) return { name: 'Error', message: valueText(thrown) };
  const message = ownMessageOf(thrown) || messageOfMembers(thrown);
  return withoutUndefined({ name: nameOf(thrown), message, code: codeOf(thrown), ...httpOf(thrown) });
}

/** True for an error of this or another realm. */
function isErrorLike(thrown: unknown): thrown is object {
  return isA(thrown, Error) || tagOf(thrown) === '[object Error]';
}

function tagOf(thrown: unknown): string | undefined {
  try {
    return Object.prototype.toString.call(thrown);
  } catch {
    return undefined;
  }
}

/** For values that are not errors. A rejected promise among them is handled here. */
function valueText(thrown: unknown): string {
  ignoreRejection(thrown);
  return typeof thrown === 'string' ? shorten(thrown, LIMITS.message) : show(thrown, LIMITS.message);
}

function nameOf(error: object): string {
  const name = read(error, 'name');
  return typeof name === 'string' && name !== '' ? shorten(name, LIMITS.name) : 'Error';
}

function ownMessageOf(error: object): string {
  const message = read(error, 'message');
  return message === undefined ? '' : valueText(message);
}

/** Node's own AggregateErrors of refused connections have no message. */
function messageOfMembers(error: object): string {
  const texts = membersOf(error)?.map((member) =>
    isErrorLike(member) ? `${nameOf(member)}: ${ownMessageOf(member)}` : valueText(member),
  );
  return shorten(texts?.join('; ') ?? '', LIMITS.message);
}

/** The error's own code, a text or number. The numbers of a DOMException are legacy; its name says more. */
function codeOf(error: object): string | undefined {
  const code = read(error, 'code');
  if (typeof code === 'string' && code !== '') return shorten(code, LIMITS.code);
  return Number.isFinite(code) && !isA(error, DOMException) ? String(code) : undefined;
}

function httpOf(error: object): Pick<ErrorDescription, 'status' | 'response'> | undefined {
  const [getStatus, getResponse] = [read(error, 'getStatus'), read(error, 'getResponse')];
  if (typeof getStatus !== 'function' || typeof getResponse !== 'function') return undefined;
  try {
    const [status, response] = [getStatus.call(error) as unknown, getResponse.call(error) as unknown];
    return {
      status: typeof status === 'number' ? status : undefined,
      response: response === read(error, 'message') ? undefined : show(response, LIMITS.response),
    };
  } catch {
    return undefined;
  }
}

function membersOf(error: object): unknown[] | undefined {
  if (!isA(error, AggregateError) && read(error, 'name') !== 'AggregateError') return undefined;
  const errors = read(error, 'errors');
  try {
    return Array.isArray(errors) ? errors.slice(0, LIMITS.members) : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of a stack that name locations. The lines before them repeat the message, which may be long. */
function framesOf(error: object): string | undefined {
  const stack = read(error, 'stack');
  const start = typeof stack === 'string' ? stack.search(/^ {4}at /m) : -1;
  return start < 0 ? undefined : (stack as string).slice(start, start + LIMITS.frames);
}

function textOf({ name, message }: ErrorDescription): string {
  return message === '' ? name : `${name}: ${message}`;
}

function textWithCauses(error: ErrorDescription): string {
  const response = error.response === undefined ? '' : ` ${error.response}`;
  const cause = error.cause === undefined ? '' : ` [cause: ${textWithCauses(error.cause)}]`;
  return `${textOf(error)}${response}${cause}`;
}

function read(object: object, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
