import { expect, it } from 'vitest';
import { limitedReports } from './reports.js';

it('reports the same once in a while, and something else at once', () => {
  const told: string[] = [];
  const report = limitedReports(({ message }) => told.push(message));
  for (const text of ['away', 'away', 'full', 'away']) report(new Error(text));
  expect(told).toEqual(['away', 'full']);
});

it.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
  ['rejects', () => Promise.reject(new Error('broken'))],
])('is not harmed where it %s', async (_, onProblem) => {
  const report = limitedReports(onProblem);
  expect(() => report(new Error('away'))).not.toThrow();
  await new Promise((resolve) => void setImmediate(resolve)); // A rejection that nobody handles would fail the run.
});
