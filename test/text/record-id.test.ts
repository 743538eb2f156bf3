import { expect, it } from '@jest/globals';
import { idIn, idsIn } from '../../src/text/record-id.ts';

it('is an id as it is written everywhere, and exactly as a number holds it', () => {
  expect(['1', '42', '999999999999999'].map(idIn)).toEqual([1, 42, 999_999_999_999_999]);
});

it.each(['', '0', '007', '-1', '1.5', '1e3', '0x10', ' 1', '1\n', '٣', '9999999999999999', undefined, ['1'], 1])(
  'is none in %j',
  (text) => {
    expect(idIn(text)).toBeUndefined();
  },
);

it('passes over what is no id among many, and names each once', () => {
  expect(idsIn(['3', 'x', '1', '3', '0'])).toEqual([3, 1]);
});
