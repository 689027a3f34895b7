import { describe, expect, it, vi } from 'vitest';
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
      { type: 'reply-unexpected', channel: 'c' },
      'warn',
      'A reply on channel "c" answers no open request; it was dropped.',
    ],
  ])('is put in words: %j', (event, level, text) => {
    expect(describeEvent(event)).toMatchObject({ level, text });
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
