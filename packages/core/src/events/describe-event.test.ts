import { describe, expect, it, vi } from 'vitest';
import { RunEndedError, UnroutedMessageError } from '../errors/index.js';
import { runTimeout } from '../errors/timeouts.js';
import { describeEvent, logToConsole, type RepidEvent } from './index.js';

const error = new TypeError('broken');

describe('An event', () => {
  it.each<[RepidEvent, string, string]>([
    [{ type: 'worker-started', channels: ['a', 'b'] }, 'log', 'Worker started on channels: a, b.'],
    [
      { type: 'worker-stopping', reason: 'SIGTERM was received', inFlight: 2 },
      'log',
      'Worker stopping (SIGTERM was received); 2 messages in hand.',
    ],
    [{ type: 'worker-stopped', processed: 5 }, 'log', 'Worker stopped; 5 messages settled.'],
    [{ type: 'broker-problem', problem: error }, 'warn', 'Broker: TypeError: broken'],
    [
      { type: 'retrying', actor: 'x', id: '1', error, delay: 5 },
      'warn',
      '"x" failed on "1", retry in 5 ms: TypeError: broken',
    ],
    [
      { type: 'dead-lettered', actor: 'x', id: '1', channel: 'c', error },
      'error',
      '"1" for "x" went to the dead letters of channel "c": TypeError: broken',
    ],
    [{ type: 'given-back', actor: 'x', id: '1', channel: 'c' }, 'warn', '"1" for "x" was given back to channel "c".'],
    [
      { type: 'given-back', actor: 'x', id: '1', channel: 'c', error },
      'warn',
      '"1" for "x" was given back to channel "c": TypeError: broken',
    ],
    [
      { type: 'failure-acknowledged', actor: 'x', id: '1', error: 'text' },
      'warn',
      '"x" failed on "1", which was acknowledged all the same: text',
    ],
    [
      { type: 'callback-failed', actor: 'x', id: '1', error },
      'error',
      '"x": what was to follow the settlement of "1" failed: TypeError: broken',
    ],
    [
      { type: 'settlement-failed', id: '1', channel: 'c', error },
      'error',
      '"1" on channel "c" could not be settled; it will be delivered again: TypeError: broken',
    ],
    [
      { type: 'retrying', actor: 'x', id: '1', error: new Error('not saved', { cause: error }), delay: 5 },
      'warn',
      '"x" failed on "1", retry in 5 ms: Error: not saved [cause: TypeError: broken]',
    ],
    [
      {
        type: 'unrouted',
        topic: 't',
        channel: 'c',
        error: new UnroutedMessageError('t', 'c', ['a']),
        timeout: 600_000,
      },
      'warn',
      'UnroutedMessageError: No actor takes topic "t" on channel "c". Known topics: a. Messages like it go back to the channel for other workers, and to its dead letters when none has taken them for 600000 ms.',
    ],
    [
      { type: 'cancelled', actor: 'x', id: '1', channel: 'c' },
      'log',
      '"1" for "x" was cancelled; its run was called off.',
    ],
    [
      { type: 'refused', actor: 'x', id: '1', error: new RunEndedError('msg.enqueue()', 'actor "x" had ended') },
      'warn',
      '"x" on "1": RunEndedError: msg.enqueue() came too late and had no effect: actor "x" had ended. Call it sooner, and await every promise that the actor starts; what is to be sent in any case can be sent with { immediate: true }.',
    ],
    [
      { type: 'suspect-awaited', inFlight: 3 },
      'warn',
      'A message has lost its worker again and again, and is to be run alone: nothing more is taken until the 3 messages in flight have ended.',
    ],
    [
      { type: 'signal-ignored', actor: 'x', id: '1', reason: runTimeout('x', 10), since: 1_000 },
      'warn',
      '"x" goes on with "1" 1000 ms after its signal: TimeoutError: "x" ran longer than 10 ms. Its slot is free, its result will be dropped. Pass msg.signal on to what it awaits.',
    ],
    [
      { type: 'left-unsettled', actor: 'x', id: '1' },
      'warn',
      '"x" has ended without settling "1"; it is delivered again when its ownership runs out. Call ack(), nack() or reject().',
    ],
    [
      { type: 'ownership-lost', id: '1', channel: 'c' },
      'warn',
      '"1" on channel "c" was taken over by another worker, or cancelled; nothing of this run was committed.',
    ],
    [
      { type: 'reply-unexpected', channel: 'c' },
      'warn',
      'A reply on channel "c" answers no open request; it was dropped.',
    ],
  ])('is put in words: %j', (event, level, text) => {
    expect(describeEvent(event)).toMatchObject({ level, text });
  });

  it('is one line of bounded length, whatever ids, topics and messages hold', () => {
    const forged = 'x\r\n[repid] forged\u001b[2J\u2028\u202e';
    const { text } = describeEvent({
      type: 'dead-lettered',
      actor: forged,
      id: forged,
      channel: 'c',
      error: new Error(forged),
    });
    expect(text).toContain('"x\\r\\n[repid] forged\\u001b[2J\\u2028\\u202e"');
    expect(text).toMatch(/^[\u0020-\u007e]*$/);
    const long = describeEvent({ type: 'cancelled', actor: 'x'.repeat(1_000_000), id: '1', channel: 'c' });
    expect(long.text.length).toBeLessThan(5_000);
  });

  it('is put in words whatever its error is', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const odd of [proxy, Object.create(null), Symbol('s'), undefined])
      expect(describeEvent({ type: 'broker-problem', problem: odd }).text).toMatch(/^Broker: ./);
  });

  it('is written to the console where it is a warning or worse', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    logToConsole({ type: 'worker-stopped', processed: 1 });
    logToConsole({ type: 'broker-problem', problem: error });
    expect(warn.mock.calls).toEqual([['[repid] Broker: TypeError: broken']]);
    expect(log).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
