import { expect, it } from '@jest/globals';
import { crashLoop } from '../../faults/crash-loop.ts';

it('loses nothing that it acknowledged, and does nothing by halves, when it is killed (F1)', async () => {
  const report = await crashLoop(5);
  expect(report.problems).toEqual([]);
  expect(report.acknowledged).toBeGreaterThan(5);
});
