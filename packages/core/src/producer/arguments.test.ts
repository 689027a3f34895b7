import { chain, chord, group, type JobOptions } from '../job/index.js';
import { describe, expect, it } from 'vitest';
import { defineActor, type MessageDependency } from '../actor/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { exponentialRetry } from '../retry/index.js';
import { TestBed } from '../worker/testing/test-bed.test-support.js';
import type { Repid } from './index.js';

type Call = (repid: Repid) => unknown;

/** Calls that the compiler would refuse, as JavaScript code may make them. */
const untyped = <T>(value: unknown): T => value as T;
const message = { channel: 'default', payload: 1 };

const CALLS: readonly (readonly [expected: string, call: Call])[] = [
  ['repid.enqueue() was given undefined: expected an array of jobs', (repid) => repid.enqueue(untyped(undefined))],
  ['repid.enqueue() was given an object: expected an array of jobs', (repid) => repid.enqueue(untyped({ jobs: [] }))],
  ['repid.enqueue() was given "x": expected a job', (repid) => repid.enqueue(untyped(['x']))],
  ['repid.graph() was given "x": expected a job', (repid) => repid.graph(untyped('x'))],
  ['The options of message are undefined: expected an object.', (repid) => repid.sendMessageJson(untyped(undefined))],
  ['message has no option "immediate"', (repid) => repid.sendMessageJson(untyped({ ...message, immediate: true }))],
  ['Option "payload" of message is missing.', (repid) => repid.sendMessage(untyped({ channel: 'default' }))],
  [
    'Option "replyTo" of message is "no channel"',
    (repid) => repid.sendMessageJson({ ...message, replyTo: 'no channel' }),
  ],
  ['request has no option "replyTo"', (repid) => repid.request(untyped({ ...message, replyTo: 'x' }))],
  ['request has no option "contentType"', (repid) => repid.request(untyped({ ...message, contentType: 'x' }))],
  [
    'repid.request() has no option "timout". It has: timeout.',
    (repid) => repid.request(message, untyped({ timout: 1 })),
  ],
  ['Option "timeout" of repid.request() is "soon"', (repid) => repid.request(message, { timeout: 'soon' })],
  ['The options of repid.request() are 5000', (repid) => repid.request(message, untyped(5_000))],
  ['Channel 5 is not a channel name', (repid) => repid.channel(untyped(5))],
  ['The name of a job is undefined', (repid) => repid.job(untyped(undefined))],
  ['The options of job "x" are 5', (repid) => repid.job('x', untyped<JobOptions>(5))],
  [
    'waitForResult() of job "x" (1) has no option "timout"',
    (repid) => repid.job('x', { id: '1' }).waitForResult(untyped({ timout: 1 })),
  ],
  [
    'Option "timeout" of waitForResult() of job "x" (1) is NaN',
    (repid) => repid.job('x', { id: '1' }).waitForResult({ timeout: Number.NaN }),
  ],
  [
    'Option "signal" of waitForResult() of job "x" (1) is an object: expected an AbortSignal',
    (repid) => repid.job('x', { id: '1' }).waitForResult(untyped({ signal: {} })),
  ],
  [
    'dependOn() of job "x" (1) was given an object: expected a job, the id of a bucket',
    (repid) => repid.job('x', { id: '1' }).dependOn(untyped({ on: 'y' })),
  ],
  [
    'takeArgsFrom() of job "x" (1) was given 5: expected a job',
    (repid) => repid.job('x', { id: '1' }).takeArgsFrom(untyped(5)),
  ],
  ['chain() was given an object: expected an array of jobs', () => chain(untyped({}))],
  ['group() was given undefined', () => group(untyped(undefined))],
  ['chord() was given undefined: expected a job', () => chord([], untyped(undefined))],
  ['An actor has no "name"', () => defineActor(untyped({}), () => 1)],
  ['An actor has no "name"', () => defineActor(untyped(undefined), () => 1)],
  [
    'Actor "x" was given undefined to run: expected a function.',
    () => defineActor({ name: 'x' }, untyped<() => number>(undefined)),
  ],
  ['exponentialRetry() has no option "max". It has: first', () => exponentialRetry(untyped({ max: 1 }))],
  [
    'Option "factor" of exponentialRetry() is 0: expected a number from 1 to 1000.',
    () => exponentialRetry({ factor: 0 }),
  ],
  ['Option "first" of exponentialRetry() is -1', () => exponentialRetry({ first: -1 })],
];

describe('An invalid value', () => {
  it.each(CALLS)('is refused with its name: %s', async (expected, call) => {
    const { repid } = new TestBed([]);
    const made = async (): Promise<unknown> => call(repid);
    await expect(made()).rejects.toThrow(InvalidOptionError);
    await expect(made()).rejects.toThrow(expected);
  });

  it.each<[string, object]>([
    ['worker has no option "concurency"', { concurency: 1 }],
    [
      'Option "handleSignals.0" of worker is "SIGNAL": expected a signal that a process can handle',
      { handleSignals: ['SIGNAL'] },
    ],
    ['Option "handleSignals.0" of worker is "SIGKILL"', { handleSignals: ['SIGKILL'] }],
    ['Option "channels.0" of worker is "my channel"', { channels: ['my channel'] }],
  ])('for a worker is refused with its name: %s', async (expected, options) => {
    const testBed = new TestBed([defineActor({ name: 'x' }, () => 1)]);
    expect(() => testBed.worker(options)).toThrow(expected);
    await expect(testBed.worker().run(options)).rejects.toThrow(expected);
  });

  it('for a worker is refused if it is not an object of options', async () => {
    const testBed = new TestBed([defineActor({ name: 'x' }, () => 1)]);
    await expect(testBed.worker().run(untyped(['default']))).rejects.toThrow('The options of worker are an array');
  });

  it.each<[string, (msg: MessageDependency) => Promise<unknown>]>([
    ['The options of message are undefined', (msg) => msg.sendMessageJson(untyped(undefined))],
    [
      'Option "immediate" of message is "yes": expected true or false.',
      (msg) => msg.sendMessageJson(untyped({ ...message, immediate: 'yes' })),
    ],
    ['message has no option "delay"', (msg) => msg.sendMessageJson(untyped({ ...message, delay: 5 }))],
    [
      'Option "payload" of message is "x": expected bytes',
      (msg) => msg.sendMessage(untyped({ channel: 'x', payload: 'x' })),
    ],
    ['message has no option "immediate"', (msg) => msg.replyJson(untyped({ ...message, immediate: true }))],
    ['"delay" is "soon", which is not a duration.', (msg) => msg.forceRetry('soon')],
  ])(
    'passed to the message of an actor is refused with its name, and the message can still be settled: %s',
    async (expected, call) => {
      const seen: unknown[] = [];
      const actor = defineActor({ name: 'act' }, (_, msg) => call(msg).catch((error: unknown) => seen.push(error)));
      const testBed = new TestBed([actor]);
      await testBed.perform('act');
      expect(seen).toEqual([expect.any(InvalidOptionError)]);
      expect((seen[0] as Error).message).toContain(expected);
      expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 0, deadLetters: 0 });
    },
  );

  it('does not reveal a secret if a broker or its address is passed as the wrong option', () => {
    const { repid, broker } = new TestBed([]);
    const misplaced: unknown[] = [
      { url: 'redis://:secret@host', password: 'secret' },
      Object.assign(Object.create(broker) as object, { secret: 'secret' }),
    ];
    for (const channel of [...misplaced, 'redis://me:secret@host:6379']) {
      expect(() => repid.job('x', untyped<JobOptions>({ channel }))).toThrow(
        /^(?!.*secret).*Option "channel" of job "x" is/s,
      );
    }
  });
});
