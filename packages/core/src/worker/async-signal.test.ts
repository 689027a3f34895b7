import { expect, it } from 'vitest';
import { AsyncSignal } from './async-signal.js';

it('wakes everything that waits, once', async () => {
  const signal = new AsyncSignal();
  const woken: string[] = [];
  void signal.wait().then(() => woken.push('one'));
  void signal.wait().then(() => woken.push('other'));
  signal.notify();
  signal.notify();
  void signal.wait().then(() => woken.push('late'));
  await new Promise(setImmediate);
  expect(woken).toEqual(['one', 'other']);
});
