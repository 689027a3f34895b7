import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { AnswerLimits } from './answer-limits.js';

const NEVER = new Promise<never>(() => {});

describe('AnswerLimits', () => {
  it('gives up what is late, and nothing else', async () => {
    const onLate = vi.fn<() => void>();
    const limits = new AnswerLimits(onLate);
    const late = limits.within(NEVER, performance.now() + 60);
    const later = limits.within(sleep(150, 'answer'), performance.now() + 10_000);
    const sooner = limits.within(NEVER, performance.now() + 20);
    await expect(sooner).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
    expect(onLate).toHaveBeenCalledTimes(1);
    await expect(late).rejects.toThrow('it took too long');
    expect(onLate).toHaveBeenCalledTimes(2);
    expect(await later).toBe('answer');
  });

  it('gives up at once what is late already', async () => {
    const limits = new AnswerLimits(() => undefined);
    await expect(limits.within(NEVER, performance.now() - 1)).rejects.toThrow('it took too long');
  });

  it('tells nobody of what was answered in time', async () => {
    const onLate = vi.fn<() => void>();
    const limits = new AnswerLimits(onLate);
    const deadline = performance.now() + 20;
    expect(await Promise.all([1, 2, 3].map((n) => limits.within(Promise.resolve(n), deadline)))).toEqual([1, 2, 3]);
    await expect(limits.within(Promise.reject(new Error('gone')), deadline)).rejects.toMatchObject({
      code: 'REPID_BROKER_UNAVAILABLE',
    });
    await sleep(50);
    expect(onLate).not.toHaveBeenCalled();
  });
});
