import { describe, it } from 'vitest';
import { expectPlansToEndAsPredicted } from './expectation.js';
import { memoryWorld } from './memory-world.js';

const GRAPHS = Number(process.env['MODEL_GRAPHS'] ?? 2_000);

describe('2,000 random graphs of jobs in memory', () => {
  it('end as the model says, and leave nothing behind', { timeout: 120_000 }, async () => {
    await expectPlansToEndAsPredicted(GRAPHS, memoryWorld);
  });
});
