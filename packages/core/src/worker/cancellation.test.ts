import { expect, it } from 'vitest';
import { Cancellation } from './cancellation.js';

it('fires its signal with the first reason', () => {
  const cancellation = new Cancellation();
  const { signal } = cancellation;
  cancellation.abort('first');
  cancellation.abort('second');
  expect([signal.aborted, signal.reason]).toEqual([true, 'first']);
});

it('has an aborted signal if it is read after the abort', () => {
  const cancellation = new Cancellation();
  cancellation.abort('early');
  expect([cancellation.signal.aborted, cancellation.signal.reason]).toEqual([true, 'early']);
});

it('calls its listeners, immediately if they are added after the abort', () => {
  const calls: unknown[] = [];
  const cancellation = new Cancellation();
  cancellation.onAbort((reason) => calls.push(reason));
  cancellation.onAbort((reason) => calls.push(`too ${String(reason)}`));
  cancellation.abort('first');
  cancellation.onAbort((reason) => calls.push(`late ${String(reason)}`));
  cancellation.abort('second');
  expect(calls).toEqual(['first', 'too first', 'late first']);
});

it('throws its reason once it is aborted', () => {
  const cancellation = new Cancellation();
  expect(() => cancellation.throwIfAborted()).not.toThrow();
  cancellation.abort(new Error('off'));
  expect(() => cancellation.throwIfAborted()).toThrow('off');
});
