import { describe, expect, it } from 'vitest';
import { failureOf, isDone, publicAction, type Disposition, type SettlingDisposition } from './disposition.js';

const error = new Error('broken');
const reply = { channel: 'back', payload: new Uint8Array(), headers: {} };

describe('A disposition', () => {
  it.each<[SettlingDisposition, string, boolean]>([
    [{ action: 'ack', result: { value: 1 } }, 'acked', true],
    [{ action: 'ack', result: { error } }, 'acked', false],
    [{ action: 'reply', result: { value: undefined }, reply }, 'replied', true],
    [{ action: 'nack', result: { error } }, 'nacked', false],
    [{ action: 'reject' }, 'rejected', false],
    [{ action: 'retry', delay: 700 }, 'retried', false],
    [{ action: 'postpone', delay: 50 }, 'rejected', false],
    [{ action: 'pass-on', delay: 100 }, 'rejected', false],
    [{ action: 'reschedule' }, 'rescheduled', true],
  ])('%j has the public name "%s"; its followers are published: %s', (disposition, name, done) => {
    expect(publicAction(disposition)).toBe(name);
    expect(isDone(disposition)).toBe(done);
  });

  it.each<[Disposition, object | undefined]>([
    [{ action: 'ack', result: { value: 1 } }, undefined],
    [{ action: 'ack', result: { error } }, { error }],
    [{ action: 'ack', result: { error: undefined } }, { error: undefined }],
    [{ action: 'nack', result: { error } }, { error }],
    [{ action: 'reject' }, undefined],
    [{ action: 'reject', error }, { error }],
    [{ action: 'retry', delay: 5, error }, { error }],
    [{ action: 'leave' }, undefined],
    [{ action: 'leave', error }, { error }],
  ])('%j has a failure: %j', (disposition, expected) => {
    const failure = failureOf(disposition);
    expect(failure && { error: failure.error }).toEqual(expected);
  });
});
