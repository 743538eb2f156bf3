import { expect, it } from '@jest/globals';
import { share } from '../../src/text/text.ts';

it.each([
  [0, 1_404, '0 %'],
  [3, 1_404, 'less than 1 %'],
  [702, 1_404, '50 %'],
  [1_398, 1_404, '99 %'],
  [1_404, 1_404, '100 %'],
  [0, 0, '100 %'],
])('says of %i among %i that it is %s: all and none only where it is', (part, whole, said) => {
  expect(share(part, whole)).toBe(said);
});
