import { expect, it } from 'vitest';
import { limitedReports } from './reports.js';

it('reports a repeated problem at intervals, and a different one immediately', () => {
  const reported: string[] = [];
  const report = limitedReports(({ message }) => reported.push(message));
  for (const text of ['away', 'away', 'full', 'away']) report(new Error(text));
  expect(reported).toEqual(['away', 'full']);
});

it.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
  ['rejects', () => Promise.reject(new Error('broken'))],
])('is not harmed if it %s', async (_, onProblem) => {
  const report = limitedReports(onProblem);
  expect(() => report(new Error('away'))).not.toThrow();
  await new Promise((resolve) => void setImmediate(resolve)); // An unhandled rejection would fail the test run.
});
