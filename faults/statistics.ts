/**
 * How likely two samples of the same size class differ as much as these by chance alone: the two-sided p of the
 * Mann-Whitney U test, by its normal approximation (good from about 20 values each), corrected for continuity. Ties are
 * as good as impossible among times in fractions of a millisecond.
 */
export function mannWhitneyP(a: number[], b: number[]): number {
  const u = mannWhitneyU(a, b);
  const mean = (a.length * b.length) / 2;
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  const z = Math.max(0, Math.abs(u - mean) - 0.5) / deviation;
  return Math.min(1, 2 * tailOf(z));
}

/** How well the best threshold tells the two apart by one value: the area under the curve of its hits, from 0.5 to 1. */
export function toldApart(a: number[], b: number[]): number {
  const area = mannWhitneyU(a, b) / (a.length * b.length);
  return Math.max(area, 1 - area);
}

/** In how many pairs the value of `a` is the greater one. */
function mannWhitneyU(a: number[], b: number[]): number {
  const ranked = [...a.map((value) => ({ value, isA: true })), ...b.map((value) => ({ value, isA: false }))].sort(
    (one, other) => one.value - other.value,
  );
  const rankSum = ranked.reduce((sum, { isA }, n) => (isA ? sum + n + 1 : sum), 0);
  return rankSum - (a.length * (a.length + 1)) / 2;
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The smallest value that so great a share of the values does not pass. */
export function percentile(values: number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)];
}

/** The share of the normal distribution beyond z (Abramowitz and Stegun 26.2.17; wrong by less than 10⁻⁷). */
function tailOf(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}
