import { describe, expect, it } from 'vitest';
import { AdjustableClock } from '../clock/index.js';
import { BucketContents } from './bucket-contents.js';

describe('BucketContents', () => {
  it('deletes an expired bucket that is never read', async () => {
    const clock = new AdjustableClock();
    const contents = new BucketContents(clock);
    contents.store({ id: 'old', body: '1', ttl: 1_000, success: true });
    await clock.advance(1_000);
    contents.store({ id: 'new', body: '2', ttl: 1_000, success: true });
    expect(contents.size).toBe(1);
  });
});
