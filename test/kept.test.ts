import { describe, expect, it } from '@jest/globals';
import { Kept } from '../src/kept.ts';

describe('what is kept', () => {
  const one = { name: 'one' };
  const alike = { name: 'one' };

  function counting() {
    const kept = new Kept<number>();
    let made = 0;
    return (...things: unknown[]) => kept.get(things, () => ++made);
  }

  it('is what was made of the very same things', () => {
    const get = counting();
    expect([get(one, 1), get(one, 1)]).toEqual([1, 1]);
    expect([get(alike, 1), get(one, 2), get(one)]).toEqual([2, 3, 4]);
    expect(get(one, 1)).toBe(1);
  });

  it('goes by the parts of lists, and not by those of their parts', () => {
    const get = counting();
    expect([get([one, 'a']), get([one, 'a'])]).toEqual([1, 1]);
    expect([get([one, 'b']), get([alike, 'a']), get([one]), get('a')]).toEqual([2, 3, 4, 5]);
    expect([get([['a']]), get([['a']])]).toEqual([6, 7]);
  });

  it('is what was asked for last', () => {
    const get = counting();
    for (let n = 0; n < 20; n++) get(n);
    expect(get(0)).toBe(1);
    get(20);
    expect([get(0), get(2), get(1)]).toEqual([1, 3, 22]);
  });
});
