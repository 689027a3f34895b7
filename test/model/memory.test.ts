import { describe, it, vi } from 'vitest';
import { expectPlansToEndAsPredicted } from './expectation.js';
import { TIMEOUT } from './run-limit.js';
import { memoryWorld } from './worlds/memory-world.js';

const PLANS = Number(process.env['MODEL_PLANS'] ?? 1_000);

describe('1,000 random plans in memory', () => {
  it('end as the model says, and leave nothing behind', { timeout: TIMEOUT }, async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {}); // Says that a listener throws.
    await expectPlansToEndAsPredicted(PLANS, memoryWorld);
  });
});
