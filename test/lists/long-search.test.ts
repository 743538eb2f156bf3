import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LONGEST_SEARCH } from '../../src/lists/list-query.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const TOO_LONG = `Search: at most ${LONGEST_SEARCH} letters`;
/** Of letters that somebody has, so that a part of it would find them; with a comma it is a list of users. */
const letters = (number: number) =>
  'o '
    .repeat(LONGEST_SEARCH)
    .slice(0, number - 1)
    .concat('o');
const open = async (path: string) => {
  const { $, textOf } = pageOf(await alice.get(path));
  return { chip: $('.chips .dead bdi').text(), total: textOf('#total'), again: $('.chips .dead').attr('href') ?? '' };
};

describe('a search that is too long', () => {
  it.each(['users', 'groups', 'contacts', 'invitations'])('is told, and means nobody among the %s', async (list) => {
    await submit(alice, '/contacts/new', { name: 'O …, o...' });
    const { chip, total, again } = await open(`/${list}?q=${letters(LONGEST_SEARCH + 1)}`);
    expect([chip, total]).toEqual([TOO_LONG, expect.stringMatching(/^0 /)]);
    expect((await open(again)).total).not.toMatch(/^0 /);
    expect(await open(`/${list}?q=${letters(LONGEST_SEARCH - 1)}`)).toMatchObject({
      chip: '',
      total: expect.stringMatching(/^[1-9]/),
    });
  });

  it('stays one on every page of it, also where it would be cut behind a comma or a space', async () => {
    for (const behind of [',', ' ', 'o']) {
      const cut = `${letters(LONGEST_SEARCH - 2)}${behind}more letters`;
      const { $ } = pageOf(await alice.get(`/groups?q=${encodeURIComponent(cut)}`));
      const elsewhere = $('a[href*="per=100"]').attr('href') ?? '';
      expect([behind, (await open(elsewhere)).chip]).toEqual([behind, TOO_LONG]);
    }
  });

  it('is none where it is as long as an address may be', async () => {
    const email = `bob@${'longer.'.repeat(LONGEST_SEARCH)}`.slice(0, LONGEST_SEARCH - 2).concat('de');
    expect((await open(`/users?q=${letters(LONGEST_SEARCH)}`)).chip).toBe('');
    expect((await open(`/users?q=${email}`)).chip).toBe('');
  });
});
