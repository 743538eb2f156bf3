import { expect, it } from '@jest/globals';
import { viewActedOn, viewSaid } from '../../src/command-line/view-said.ts';
import { ConfigError } from '../../src/config.ts';

it.each([
  ['', ''],
  ['state=active&tag=3', 'state=active&tag=3'],
  ['?state=active&tag=3', 'state=active&tag=3'],
  ['/users?state=active&tag=3', 'state=active&tag=3'],
  ['users?state=active', 'state=active'],
  ['https://roster.example/users?state=active&tag=3', 'state=active&tag=3'],
  [' https://roster.example:8443/users/?q=a%26b#users-table ', 'q=a%26b'],
  ['https://roster.example/users', ''],
  ['/users', ''],
  ['q=who?', 'q=who?'],
  ['q=/contacts?kind=person', 'q=/contacts?kind=person'],
  // How it is shown, and how far somebody has paged, is no part of what it shows.
  ['/users?q=m%C3%BC&per=25&after=abc&column=name&column=email&rights=all', 'q=m%C3%BC'],
  ['sort=-email&per=100', 'sort=-email'],
])('reads the view %j', (said, view) => {
  expect(viewSaid(said, 'users')).toBe(view);
});

it.each([
  ['/contacts?kind=person', '/contacts'],
  ['https://roster.example/contacts?kind=person', '/contacts'],
  ['groups?activity=active', '/groups'],
  ['/users/42', '/users/42'],
  ['https://roster.example/', '/'],
])('refuses %j, which is the view of something else', (said, path) => {
  expect(() => viewSaid(said, 'users')).toThrow(
    new ConfigError([`--view: this takes a view of /users, not of ${path}`]),
  );
});

it('refuses what is no address', () => {
  expect(() => viewSaid('https://', 'users')).toThrow('is no address');
});

it.each(['', ' ', '?', 'q=', 'group=&tag=', 'sort=-email', '/users?q=', 'per=100'])(
  'takes %j not for everybody where something is done to them',
  (said) => {
    expect(() => viewActedOn(said, 'users')).toThrow('says nothing of whom: for all that the list shows, write /users');
  },
);

it.each(['/users', 'https://roster.example/users', '/users?per=100'])('takes %j for everybody', (said) => {
  expect(viewActedOn(said, 'users')).toBe('');
});
