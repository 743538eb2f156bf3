import { expect, it } from '@jest/globals';
import { bulkCrash } from '../../faults/bulk-crash.ts';

it('never does a bulk operation by halves when it is killed in the middle of one, and says what was done', async () => {
  const report = await bulkCrash(3, 1_000);
  expect(report.problems).toEqual([]);
}, 120_000);
