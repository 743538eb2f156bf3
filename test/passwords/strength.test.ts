import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { estimate } from '../../src/passwords/guessing.ts';
import { strengthOf } from '../../src/passwords/password-strength.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { Session, signedIn } from '../support/session.ts';

describe('the strength of a password', () => {
  it.each([
    ['nothing', '', 0, 0],
    ['what is too short', 'kQ9#vL2', 0, 1],
    ['what is common', 'password1234567', 0, 1],
    ['a name', 'nora.nilsson-2026', 0, 1],
    ['one letter again and again', 'aaaaaaaaaaaaaaaaaaaa', 0, 1],
    ['four words', 'four quiet grey herons', 3, 4],
    ['what nobody can remember', 'kQ9#vL2@xT7!mW4$', 4, 4],
  ])('of %s', async (_, password, least, most) => {
    const { score, words } = await strengthOf(password, ['nora.nilsson']);
    expect(score).toBeGreaterThanOrEqual(least);
    expect(score).toBeLessThanOrEqual(most);
    expect(words === '').toBe(password === '');
  });

  it('never promises what is then refused, nor the other way round', async () => {
    for (const password of [
      '',
      'short',
      'password1234567',
      'x'.repeat(257),
      'four quiet grey herons',
      'aaaaaaaaaaaaaaa',
    ])
      expect((await strengthOf(password, [])).score >= 2).toBe(password.startsWith('four'));
  });

  it('is judged by the beginning, so that no length of it keeps the pages waiting', async () => {
    for (const password of ['x'.repeat(250), 'ab1!'.repeat(60), 'passwort'.repeat(30), '🦊'.repeat(200)])
      expect(await estimate(password, ['nora'])).toEqual(await estimate(password.slice(0, 30), ['nora']));
  });
});

describe('the meter of the password form', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());
  const HTMX = { 'HX-Request': 'true', 'HX-Target': 'div#password-strength' };

  it('says in plain words what is missing, as the part of the page that htmx swaps', async () => {
    const bob = await signedIn(app, 'bob');
    const answer = await bob.post('/passwords/strength', { password: 'only ten c' }, HTMX);
    expect(answer.status).toBe(200);
    const page = pageOf(answer);
    expect(page.$('body').children().attr('id')).toBe('password-strength');
    expect(page.textOf('span')).toMatch(/^Too short: 5 more characters, 15 in all/);
    expect(page.$('meter').attr()).toMatchObject({ min: '0', max: '4', value: expect.stringMatching(/^[01]$/) });
    expect(answer.text).not.toContain('only ten c');
  });

  it('stands on the pages that ask for a new password, and knows who is asked', async () => {
    const carol = await opened(app, await linkFor(app, 'carol', 'invitation'));
    const form = pageOf(await carol.get('/invitations/acceptance/new'));
    expect(form.$('#password').attr()).toMatchObject({
      'hx-post': '/passwords/strength',
      'hx-target': '#password-strength',
    });
    const own = pageOf(await carol.post('/passwords/strength', { password: 'carol-carol-carol-1' }, HTMX));
    expect(own.textOf('span')).toMatch(/little more than a name/);
    const bob = await signedIn(app, 'bob');
    const others = pageOf(await bob.post('/passwords/strength', { password: 'carol-carol-carol-1' }, HTMX));
    expect(others.textOf('span')).not.toMatch(/little more than a name/);
    const schmidt = pageOf(await bob.post('/passwords/strength', { password: 'schmidt-schmidt-1' }, HTMX));
    expect(schmidt.textOf('span')).toMatch(/little more than a name/);
  });

  it('is a page of its own without scripts, and does no work for who has no password to choose (R81)', async () => {
    const fields = { password: 'four quiet grey herons' };
    const answer = await (await signedIn(app, 'bob')).post('/passwords/strength', fields);
    expect(answer.status).toBe(200);
    expect(pageOf(answer).heading()).toBe('Strength of a password');
    const stranger = await new Session(app).post('/passwords/strength', fields);
    expect([stranger.status, stranger.text]).toEqual([204, '']);
  });
});
