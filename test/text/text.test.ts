import { describe, expect, it } from '@jest/globals';
import { identityKey } from '../../src/text/identity-key.ts';
import { sortedByName, sortKey } from '../../src/text/sort-key.ts';
import { fitTo, fold, isNamed, marking, normalizedAs, searchedWords, searchText } from '../../src/text/text.ts';
import { Chance } from '../support/chance.ts';
import { watchNormalising } from '../support/normalising.ts';

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
  it.each(HEAVY)('of %s is normalised with as many marks as a letter may carry (R81)', (_, text) => {
    using normalising = watchNormalising();
    for (const form of ['NFC', 'NFKC', 'NFKD'] as const) normalizedAs(form, text);
    identityKey(text);
    fold(text);
    expect(normalising.marks).toBeGreaterThan(0);
    expect(normalising.marks).toBeLessThanOrEqual(30);
  });

  it('keeps as many marks on a letter as any script needs', () => {
    expect(normalizedAs('NFC', 'Zał\u0301ko\u0301wna')).toBe('Zał\u0301kówna');
    expect(normalizedAs('NFD' as 'NFC', `x${'\u0316'.repeat(40)}y`)).toBe(`x${'\u0316'.repeat(30)}y`);
    expect(normalizedAs('NFKC', 'ｶﾞ')).toBe('ガ');
  });
});

describe('the order of names', () => {
  const byKey = (names: string[]) => sortedByName(names, (name) => name);

  it('goes by numbers, whatever stands around them', () => {
    const long = `user${'1'.repeat(40)}`;
    const inOrder = [
      'user',
      'user1',
      'user2',
      'User9',
      'user10',
      'user 3',
      'user123456789',
      'user1234567890',
      long,
      'user2b',
    ];
    const expected = [
      'user',
      'user 3',
      'user1',
      'user2',
      'user2b',
      'User9',
      'user10',
      'user123456789',
      'user1234567890',
      long,
    ];
    expect(byKey(inOrder.toReversed())).toEqual(expected);
    expect(byKey(['v1.10.2', 'v1.9.10', 'v1.9.9'])).toEqual(['v1.9.9', 'v1.9.10', 'v1.10.2']);
    expect(byKey(['x 007', 'x 8', 'x 7', 'x 07', 'x 0', 'x 00'])).toEqual([
      'x 0',
      'x 00',
      'x 7',
      'x 07',
      'x 007',
      'x 8',
    ]);
    expect(byKey(['９', '10'])).toEqual(['９', '10']);
    expect(byKey(['Zoe', 'Ärzte', 'área', 'Øst'])).toEqual(['área', 'Ärzte', 'Øst', 'Zoe']);
  });

  it('leaves names without numbers as they are folded', () => {
    for (const name of ['Anna Berg', 'Łukasz', '', ' ß ']) expect(sortKey(name)).toBe(fold(name));
  });

  it('has one key for two names only where they fold to one text, and knows which number is less', () => {
    const chance = new Chance(7);
    const word = () =>
      Array.from({ length: 1 + chance.below(6) }, () => chance.one(['0', '0', '1', '9', '12', 'a', ',', ' '])).join('');
    const names = Array.from({ length: 4_000 }, word);
    const [keys, texts] = [new Set(names.map(sortKey)), new Set(names.map(fold))];
    expect(keys.size).toBe(texts.size);
    for (let n = 0; n < 2_000; n++) {
      const [a, b] = [chance.below(10 ** (1 + chance.below(12))), chance.below(10 ** (1 + chance.below(12)))];
      expect([a, b, sortKey(`x${a}y`) < sortKey(`x${b}y`)]).toEqual([a, b, a < b]);
    }
  });
});

describe('a search', () => {
  it('means a letter and how it is written without a key for it', () => {
    expect(searchText(['Jörg Müller', 'weiß', 'Åse Bjørn'])).toBe(
      '\njorg muller\njoerg mueller\nweiss\nase bjorn\naase bjoern\n',
    );
    expect(searchText(['Mu\u0308ller'], ['ö@x.de', 'm@x.de'])).toBe('\nmuller\nmueller\n\to@x.de\toe@x.de\tm@x.de\t');
    for (const typed of ['muller', 'Mueller', 'Müller', 'jorg mueller'])
      expect(isNamed('Jörg Müller', typed)).toBe(true);
    expect(isNamed('Muller', 'mueller')).toBe(false);
    for (const typed of ['Müller', 'mu\u0308ller, JÖRG', 'jörg'])
      for (const name of ['Joerg Mueller', 'Jorg Muller', 'Jörg Mueller'])
        expect([typed, name, isNamed(name, typed)]).toEqual([typed, name, true]);
    expect(searchedWords('Müller, Jörg; åse anna')).toEqual([
      ['muller', 'mueller'],
      ['jorg', 'joerg'],
      ['ase', 'aase'],
      ['anna'],
    ]);
    expect(searchedWords(' ,ü, ')).toEqual([['u', 'ue']]);
    expect([searchedWords(' '), searchedWords('\u0301'), searchedWords(',')]).toEqual([undefined, [], [[',']]]);
    expect(['Mueller', 'muellerin', 'hausmueller', 'Meier'].map(fitTo('Müller'))).toEqual([2, 1, 0, undefined]);
    expect(['Müller', 'Müllerin', 'Emüller', 'Meier'].map(fitTo('mueller'))).toEqual([2, 1, 0, undefined]);
  });

  it('marks what it found in either', () => {
    for (const word of ['mueller', 'muller'])
      expect(marking([[word]])('Max Müller-Lü')).toEqual([
        { text: 'Max ', isMatch: false },
        { text: 'Müller', isMatch: true },
        { text: '-Lü', isMatch: false },
      ]);
    expect(marking(searchedWords('Müller'))('max.mueller')).toEqual([
      { text: 'max.', isMatch: false },
      { text: 'mueller', isMatch: true },
    ]);
  });
});
