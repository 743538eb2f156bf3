import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TextIndex } from '../../src/facets/search/text-index.ts';

/** Few letters, so that they meet often; some of two and of four bytes. */
const text = (most: number) =>
  fc
    .array(fc.constantFrom('a', 'b', 'c', ' ', '@', '\n', 'я', '漢', '🦊'), { maxLength: most })
    .map((all) => all.join(''));

describe('an index of texts', () => {
  it('finds exactly the texts in which the search stands, through all changes of them', () => {
    const change = fc.tuple(fc.integer({ min: 1, max: 30 }), text(14));
    const searches = fc.array(text(4).filter(Boolean), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), searches, (changes, all) => {
        const index = new TextIndex();
        const plain = new Map<number, string>();
        for (const [n, [id, now]] of changes.entries()) {
          expect(index.set(id, now)).toBe((plain.get(id) ?? '') !== now);
          plain.set(id, now);
          // Some are asked for while things change: what is kept has to follow.
          if (n % 7 === 0) index.find(all[0]);
        }
        for (const search of all) {
          const expected = [...plain].filter(([, one]) => one.includes(search)).map(([id]) => id);
          expect([search, index.find(search).ids()]).toEqual([search, expected.sort((a, b) => a - b)]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('holds many texts, long ones too, and lets go of those that were replaced', () => {
    const index = new TextIndex();
    for (let round = 0; round < 12; round++)
      for (let id = 1; id <= 300; id++) index.set(id, `${'x'.repeat(1_000)} round ${round} number ${id}.`);
    expect(index.find('round 11').count()).toBe(300);
    expect(index.find('round 10').count()).toBe(0);
    expect(index.find('number 77.').ids()).toEqual([77]);
  });

  it('keeps many searches no longer than their room, and answers all the same', () => {
    const index = new TextIndex();
    for (let id = 1; id <= 500; id++) index.set(id, `n${id}.`);
    for (let id = 1; id <= 500; id++) expect(index.find(`n${id}.`).ids()).toEqual([id]);
    index.set(7, 'seven');
    expect([index.find('n7.').ids(), index.find('seven').ids()]).toEqual([[], [7]]);
  });
});
