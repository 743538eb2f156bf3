import { expect, it } from '@jest/globals';
import { keysOfBegun, sortKey } from '../../src/text/sort-key.ts';
import { searchedWhole } from '../../src/text/text.ts';

it('the keys of all names that begin so are between these, whichever signs were typed', () => {
  for (const [typed, name] of [
    ["o'ha", 'O’Hara'],
    ["o'ha", "O'Hara"],
    ['o‘ha', 'O´Hara'],
    ['jean-l', 'Jean‐Luc'],
    ['jean–luc', 'Jean-Luc'],
    ['mueller', 'Müller'],
    ['Müller', 'mueller'],
    ['Müller', 'muller'],
    ['Öb', 'oeberg'],
    ['Åse', 'aase'],
    ['kea müller', 'Kea Mueller'],
    ['user1', 'user10'],
  ]) {
    const { first, last } = keysOfBegun(searchedWhole(typed));
    const key = sortKey(name);
    expect([typed, name, first <= key && key <= last]).toEqual([typed, name, true]);
  }
});
