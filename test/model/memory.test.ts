import { describe, it, vi } from 'vitest';
import { expectPlansToEndAsPredicted } from './expectation.js';
import { TIMEOUT } from './run-limit.js';
import { memoryWorld } from './worlds/memory-world.js';

const PLANS = Number(process.env['MODEL_PLANS'] ?? 1_000);

describe('1,000 random plans in memory', () => {
  it('match the prediction and leave nothing behind', { timeout: TIMEOUT }, async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {}); // Hides the reports of listeners that throw.
    await expectPlansToEndAsPredicted(PLANS, memoryWorld);
  });
});
