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
      'Worker stopping (SIGTERM was received); 2 messages in flight.',
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
    [{ type: 'given-back', actor: 'x', id: '1', channel: 'c' }, 'warn', '"1" for "x" was returned to channel "c".'],
    [
      { type: 'given-back', actor: 'x', id: '1', channel: 'c', error },
      'warn',
      '"1" for "x" was returned to channel "c": TypeError: broken',
    ],
    [
      { type: 'failure-acknowledged', actor: 'x', id: '1', error: 'text' },
      'warn',
      '"x" failed on "1", which was acknowledged anyway: text',
    ],
    [
      { type: 'callback-failed', actor: 'x', id: '1', error },
      'error',
      '"x": work after the settlement of "1" failed: TypeError: broken',
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
      'UnroutedMessageError: No actor takes topic "t" on channel "c". Known topics: a. Such messages are returned to the channel for other workers, and dead-lettered if none takes them within 600000 ms.',
    ],
    [
      { type: 'cancelled', actor: 'x', id: '1', channel: 'c' },
      'log',
      '"1" for "x" was cancelled; its run was aborted.',
    ],
    [
      { type: 'refused', actor: 'x', id: '1', error: new RunEndedError('msg.enqueue()', 'actor "x" had ended') },
      'warn',
      '"x" on "1": RunEndedError: msg.enqueue() came too late and had no effect: actor "x" had ended. Call it sooner, and await every promise that the actor starts; to send in any case, use { immediate: true }.',
    ],
    [
      { type: 'suspect-awaited', inFlight: 3 },
      'warn',
      'A message that lost its worker repeatedly must run alone: no more messages are received until the 3 messages in flight have ended.',
    ],
    [
      { type: 'signal-ignored', actor: 'x', id: '1', reason: runTimeout('x', 10), since: 1_000 },
      'warn',
      '"x" still runs "1" 1000 ms after its signal: TimeoutError: "x" ran longer than 10 ms. Its slot is free, and its result will be dropped. Pass msg.signal on to what it awaits.',
    ],
    [
      { type: 'left-unsettled', actor: 'x', id: '1' },
      'warn',
      '"x" ended without settling "1"; it is delivered again when its ownership expires. Call ack(), nack() or reject().',
    ],
    [
      { type: 'ownership-lost', id: '1', channel: 'c' },
      'warn',
      '"1" on channel "c" was taken over by another worker, or cancelled; nothing of this run was committed.',
    ],
    [
      { type: 'reply-unexpected', channel: 'c' },
      'warn',
      'A reply on channel "c" belongs to no open request; it was dropped.',
    ],
  ])('has a description: %j', (event, level, text) => {
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

  it('has a description, whatever its error is', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const odd of [proxy, Object.create(null), Symbol('s'), undefined])
      expect(describeEvent({ type: 'broker-problem', problem: odd }).text).toMatch(/^Broker: ./);
  });

  it('is written to the console if it is a warning or an error', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    logToConsole({ type: 'worker-stopped', processed: 1 });
    logToConsole({ type: 'broker-problem', problem: error });
    expect(warn.mock.calls).toEqual([['[repid] Broker: TypeError: broken']]);
    expect(log).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
