import { expect, it } from '@jest/globals';
import { NamedPersons } from '../../src/erasure/named-persons.ts';

const persons = new NamedPersons([
  { userId: 7, words: ['Bob', 'bob@example.com', 'Jürgen'] },
  { userId: 8, words: ['al'] },
]);

it.each([
  ['bob', 7],
  ['made by Bob.', 7],
  ['“bob”, who left', 7],
  ['BOB@EXAMPLE.COM', 7],
  ['/users?q=bob%40example.com&sort=name', 7],
  ['JÜRGEN was here', 7],
  ['bobby', undefined],
  ['bob@other.example', undefined],
  ['b.bob@example.com', undefined],
  ['my-bob', undefined],
  ['bob@example.com.au', undefined],
  [' al ', 8],
  ['et al', undefined],
])('finds in %j the user %j', (text, userId) => {
  expect(persons.in(text)).toBe(userId);
});

it('replaces the lines that name somebody, and no others', () => {
  expect(persons.without('anna\nBob Schmidt <bob@example.com>\ncarl')).toBe('anna\nerased user 7\ncarl');
});
