import { describe, expect, it } from 'vitest';
import { Repid } from '../producer/index.js';
import { remedyFor } from './names-elsewhere.js';

describe('An option of another queue', () => {
  it.each([
    ['attempts', 'Use "retries", which does not count the first run.'],
    ['jobId', 'Use "id".'],
    ['repeat', 'Use "every" or "cron".'],
    ['removeOnComplete', 'A job is removed when it is done. "resultTtl" is how long its result is kept.'],
    ['parent', 'Use "dependsOn" on the job that waits.'],
  ])('%s is refused with the name of ours', (name, remedy) => {
    expect(() => new Repid().job('send', { [name]: 1 })).toThrow(`job "send" has no option "${name}". ${remedy}`);
  });

  it('is not explained where ours does not exist either, or nothing is known', () => {
    expect(remedyFor('attempts', ['name'])).toBeUndefined();
    expect(remedyFor('constructor', ['id'])).toBeUndefined();
    expect(() => new Repid().job('send', { atempts: 1 } as object)).toThrow('has no option "atempts". It has: channel');
  });
});
