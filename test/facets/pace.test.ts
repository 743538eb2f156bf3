import { expect, it } from '@jest/globals';
import { FEWEST, MOST, paced } from '../../src/facets/following/pace.ts';

/** What is read at once in the end, where each record takes so long. */
function settled(eachTakes: number): number {
  let number = FEWEST;
  for (let n = 0; n < 20; n++) number = paced(number, number * eachTakes);
  return number;
}

it('reads as many at once as others can wait for', () => {
  expect(settled(0.001)).toBe(MOST);
  expect(settled(0.03)).toBe(200);
  expect(settled(0.2)).toBe(FEWEST);
  expect(settled(9)).toBe(FEWEST);
});
