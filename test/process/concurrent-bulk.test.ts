import { expect, it } from '@jest/globals';
import { concurrentBulk } from '../../faults/concurrent-bulk.ts';

it('does opposite bulk operations of several administrators in some order, each once and in one piece (F6)', async () => {
  const report = await concurrentBulk(3, 8);
  expect([report.odd, report.problems]).toEqual([[], []]);
  expect(report.operations).toBeGreaterThan(3);
});
