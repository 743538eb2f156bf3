import { describe, expect, it } from '@jest/globals';
import { mannWhitneyP, median, percentile, toldApart } from '../../faults/statistics.ts';

describe('the statistics of the faults', () => {
  it('tell samples apart that differ, and not those that do not', () => {
    const sample = (from: number) => Array.from({ length: 30 }, (_, n) => from + n);
    expect(mannWhitneyP(sample(0), sample(0.5))).toBeGreaterThan(0.8);
    expect(mannWhitneyP(sample(0), sample(100))).toBeLessThan(1e-9);
    // Computed once by hand: U = 12, mean 50, deviation 13.23, z = 2.835.
    const a = [1, 2, 3, 4, 5, 6, 7, 8, 15, 16];
    const b = [9, 10, 11, 12, 13, 14, 17, 18, 19, 20];
    expect(mannWhitneyP(a, b)).toBeCloseTo(mannWhitneyP(b, a), 10);
    expect(mannWhitneyP(a, b)).toBeCloseTo(0.004586, 5);
    expect([toldApart(a, b), toldApart(b, a), toldApart([1, 2], [3, 4])]).toEqual([0.88, 0.88, 1]);
  });

  it('find the middle and the ends', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([percentile(hundred, 0.99), percentile(hundred, 1), percentile([7], 0.5)]).toEqual([99, 100, 7]);
  });
});
