import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { resolveActorOptions, type ActorOptions } from '../actor/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { catchAllRouting } from '../router/index.js';
import { option, parseOptions } from './index.js';
import { optionsParser } from './options-parser.js';

const schema = v.strictObject({
  name: option.nonEmptyText,
  wait: v.optional(option.duration, 5),
  retries: v.optional(option.wholeNumber(0)),
  channel: v.optional(option.channelName),
  isQuiet: v.optional(option.boolean),
  headers: v.optional(option.headers),
  colour: v.optional(option.oneOf(['red', 'blue'])),
  act: v.optional(option.callable()),
  store: v.optional(option.having('a store', 'get', 'put')),
});

describe.each([
  ['parseOptions', parseOptions],
  ['optionsParser', (parsed: typeof schema, options: unknown, owner: string) => optionsParser(parsed)(options, owner)],
])('%s', (_, parse) => {
  it('returns the options with durations in milliseconds and defaults filled in', () => {
    expect(parse(schema, { name: 'a', wait: '2s' }, 'thing')).toEqual({ name: 'a', wait: 2_000 });
    expect(parse(schema, { name: 'a' }, 'thing')).toEqual({ name: 'a', wait: 5 });
    expect(parse(schema, { name: 'a', wait: 1, retries: undefined }, 'thing')).toEqual({ name: 'a', wait: 1 });
  });

  it.each<[unknown, string]>([
    [undefined, 'The options of thing are undefined: expected an object.'],
    ['text', 'The options of thing are "text": expected an object.'],
    [{}, 'Option "name" of thing is missing.'],
    [
      { name: 'a', nmae: 'b' },
      'thing has no option "nmae". It has: name, wait, retries, channel, isQuiet, headers, colour, act, store.',
    ],
    [{ name: '' }, 'Option "name" of thing is "": expected text that is not empty.'],
    [
      { name: 'a', wait: 'soon' },
      'Option "wait" of thing is "soon": expected a duration: milliseconds, or text such as "5s", "10m", "2w", of 100 years at most.',
    ],
    [{ name: 'a', wait: -1 }, 'Option "wait" of thing is -1: expected a duration'],
    [{ name: 'a', retries: 1.5 }, 'Option "retries" of thing is 1.5: expected a whole number of at least 0.'],
    [{ name: 'a', channel: 'a:b' }, 'Option "channel" of thing is "a:b": expected a letter, a digit or "_"'],
    [{ name: 'a', isQuiet: 'yes' }, 'Option "isQuiet" of thing is "yes": expected true or false.'],
    [
      { name: 'a', headers: { x: 1 } },
      'Option "headers" of thing is an object: header "x" is a number, expected text.',
    ],
    [{ name: 'a', headers: { 'repid-id': 'x' } }, 'header "repid-id" is reserved'],
    [
      { name: 'a', headers: ['x'] },
      'Option "headers" of thing is an array: expected an object whose values are all text.',
    ],
    [{ name: 'a', colour: 'green' }, 'Option "colour" of thing is "green": expected one of "red", "blue".'],
    [{ name: 'a', act: 'now' }, 'Option "act" of thing is "now": expected a function.'],
    [{ name: 'a', store: { get: () => 1 } }, 'expected a store: an object with get(), put().'],
    [{ name: () => 'a' }, 'Option "name" of thing is a function: expected text that is not empty.'],
  ])('refuses %j', (options, message) => {
    expect(() => parse(schema, options, 'thing')).toThrow(InvalidOptionError);
    expect(() => parse(schema, options, 'thing')).toThrow(message);
  });

  it('shows a value that JSON cannot represent', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(() => parse(schema, { name: loop }, 'thing')).toThrow('Option "name" of thing is');
    expect(() => parse(schema, { name: 1n }, 'thing')).toThrow('Option "name" of thing is 1');
  });
});

describe('The options of an actor', () => {
  it('have defaults', () => {
    expect(resolveActorOptions('Mail.send', 'send')).toMatchObject({
      name: 'send',
      channel: 'default',
      timeout: 600_000,
      confirmation: 'auto',
      concurrency: Number.POSITIVE_INFINITY,
      middlewares: [],
    });
  });

  it('are merged from module, class and method: the closest wins, and middlewares are concatenated', () => {
    const [first, second] = [async () => 1, async () => 2];
    const module = { timeout: '1m', channel: 'mail', middlewares: [first] };
    const options = resolveActorOptions('Mail.send', 'send', module, undefined, {
      timeout: 5,
      channel: undefined,
      middlewares: [second],
    });
    expect(options).toMatchObject({ timeout: 5, channel: 'mail', middlewares: [first, second] });
  });

  it.each<[string, Partial<ActorOptions>]>([
    ['actor "Mail.send" has no option "topic". It has: name, channel', { topic: 'x' } as object],
    [
      'Option "confirmation" of actor "Mail.send" is "later": expected one of "auto"',
      { confirmation: 'later' as 'auto' },
    ],
    [
      `Option "onError" of actor "Mail.send" is "drop": expected 'nack', 'reject', 'ack' or a function`,
      { onError: 'drop' as 'ack' },
    ],
    [
      'Option "onError" of actor "Mail.send" is "ack": leave it out, confirmation "always-ack" always acknowledges.',
      { confirmation: 'always-ack', onError: 'ack' },
    ],
    ['Option "concurrency" of actor "Mail.send" is 0', { concurrency: 0 }],
    ['Option "routing" of actor "Mail.send" is "all"', { routing: 'all' as unknown as typeof catchAllRouting }],
  ])('are refused: %s', (message, options) => {
    expect(() => resolveActorOptions('Mail.send', 'send', options)).toThrow(message);
  });
});
