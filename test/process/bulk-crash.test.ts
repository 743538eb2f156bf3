import { expect, it } from '@jest/globals';
import { bulkCrash, largeCrash } from '../../faults/bulk-crash.ts';

it('never does a bulk operation by halves when it is killed in the middle of one, and says what was done', async () => {
  const report = await bulkCrash(3, 1_000);
  expect(report.problems).toEqual([]);
});

it('a large operation that is killed again and again comes to its end as if nothing had been (F1)', async () => {
  const report = await largeCrash(3, 5_500);
  expect(report.problems).toEqual([]);
  expect(report.executed).toBeGreaterThan(0);
});
