import * as v from 'valibot';
import type { ReplayOptions } from '../broker/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { show } from '../errors/show.js';
import { option, parseOptions } from '../options/index.js';

const ids = v.custom<readonly string[]>(
  (value) => Array.isArray(value) && value.every((id) => typeof id === 'string' && id !== ''),
  'expected an array of ids, as dead letters have them',
);

const limit = option.wholeNumber(1);
const limitSchema = v.strictObject({ limit });
const idsSchema = v.strictObject({ ids });

// An explicit `undefined` is refused, too: it would mean all dead letters, although probably some were meant.
const replaySchema = v.strictObject({
  ids: v.exactOptional(ids),
  limit: v.exactOptional(limit),
  withDependents: v.exactOptional(option.boolean),
});

/** @throws InvalidOptionError */
export function parseLimit(value: unknown, owner: string): number {
  return parseOptions(limitSchema, { limit: value }, owner).limit;
}

/** @throws InvalidOptionError */
export function parseIds(value: unknown, owner: string): readonly string[] {
  return parseOptions(idsSchema, { ids: value }, owner).ids;
}

/** Refuses invalid options: ignoring them would replay all dead letters. @throws InvalidOptionError */
export function parseReplayOptions(options: unknown, owner: string): ReplayOptions {
  if (options === undefined) return {};
  if (!isPlainObject(options)) {
    throw new InvalidOptionError(
      `The options of ${owner} are ${show(options)}: expected an object such as { ids: [...] }, or nothing for all dead letters.`,
    );
  }
  return parseOptions(replaySchema, options, owner);
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
