import { describe, expect, it } from '@jest/globals';
import { identityKey } from '../src/text/identity-key.ts';
import { fold, normalizedAs } from '../src/text/text.ts';

/** Where a letter carries so many marks of different kinds, sorting them takes seconds: what a request may hold of each. */
const HEAVY: [string, string][] = [
  ['marks in the wrong order', `a${'\u0300'.repeat(64_000)}${'\u0316'.repeat(64_000)}`],
  ['marks in turn', `a${'\u0300\u0316'.repeat(40_000)}`],
  ['half-width voiced sounds, which become marks', `\uff76${'\uff9e\u0316'.repeat(40_000)}`],
  [
    'marks that something invisible keeps apart',
    `a${`${'\u0300'.repeat(30)}\u200d${'\u0316'.repeat(30)}\u200d`.repeat(1_300)}`,
  ],
];

describe('a text', () => {
  it.each(HEAVY)('of %s is normalised in no time (R81)', (_, text) => {
    const start = performance.now();
    for (const form of ['NFC', 'NFKC', 'NFKD'] as const) normalizedAs(form, text);
    identityKey(text);
    fold(text);
    // It took seconds; this is far from any of them.
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('keeps as many marks on a letter as any script needs', () => {
    expect(normalizedAs('NFC', 'Zał\u0301ko\u0301wna')).toBe('Zał\u0301kówna');
    expect(normalizedAs('NFD' as 'NFC', `x${'\u0316'.repeat(40)}y`)).toBe(`x${'\u0316'.repeat(30)}y`);
    expect(normalizedAs('NFKC', 'ｶﾞ')).toBe('ガ');
  });
});
