import { describe, it } from 'vitest';
import { expectPlansToEndAsPredicted } from './expectation.js';
import { memoryWorld } from './worlds/memory-world.js';

const PLANS = Number(process.env['MODEL_PLANS'] ?? 1_000);

describe('1,000 random plans in memory', () => {
  it('end as the model says, and leave nothing behind', { timeout: 120_000 }, async () => {
    await expectPlansToEndAsPredicted(PLANS, memoryWorld);
  });
});
