import { describe, expect, it } from 'vitest';
import { Lifecycle } from './lifecycle.js';

/** Opens and closes slowly, and records what it does. */
const makeLife = () => {
  const calls: string[] = [];
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  let failures = 0;
  const life = new Lifecycle<number>(
    'test',
    async (signal) => {
      calls.push('open');
      await turn();
      signal.throwIfAborted();
      if (failures-- > 0) throw new Error('away');
      calls.push('opened');
      return calls.length;
    },
    async () => {
      calls.push('close');
      await turn();
      calls.push('closed');
    },
  );
  return { life, calls, fail: (times: number) => (failures = times) };
};

describe('Lifecycle', () => {
  it('opens once and closes once', async () => {
    const { life, calls } = makeLife();
    await Promise.all([life.open(), life.open()]);
    await Promise.all([life.close(), life.close()]);
    await life.close();
    expect(calls).toEqual(['open', 'opened', 'close', 'closed']);
    expect(life.current).toBeUndefined();
  });

  it('opens again after a failed attempt', async () => {
    const { life, calls, fail } = makeLife();
    fail(1);
    await expect(life.open()).rejects.toThrow('away');
    await life.open();
    expect(calls).toEqual(['open', 'open', 'opened']);
  });

  it('is usable until it is closed', async () => {
    const { life } = makeLife();
    await life.open();
    const closed = life.close();
    expect(life.current).toBeDefined();
    await closed;
  });

  it('aborts opening when it is closed', async () => {
    const { life, calls } = makeLife();
    const opened = life.open();
    await Promise.resolve();
    expect(calls).toEqual(['open']);
    const [end] = await Promise.allSettled([opened, life.close()]);
    expect(end).toMatchObject({ reason: { code: 'REPID_BROKER_CLOSED' } });
    expect(calls).toEqual(['open']);
  });

  it('opens again after closing if both are requested at once', async () => {
    const { life, calls } = makeLife();
    await life.open();
    const closed = life.close();
    const opened = life.open();
    await Promise.all([closed, opened]);
    expect(calls).toEqual(['open', 'opened', 'close', 'closed', 'open', 'opened']);
    expect(life.current).toBe(6);
  });

  it('stays closed if closing was requested last', async () => {
    const { life, calls } = makeLife();
    await life.open();
    await Promise.allSettled([life.close(), life.open(), life.close()]);
    expect(life.current).toBeUndefined();
    expect(calls).toEqual(['open', 'opened', 'close', 'closed']);
  });
});
