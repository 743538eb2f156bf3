import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { opened } from '../support/links.ts';
import { startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Fields, Session, signedIn } from '../support/session.ts';

const NEW = '/users/new';
const IN_LETTERS = 'petra@bücher-köln.de';
const IN_ASCII = 'petra@xn--bcher-kln-67a3d.de';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

async function create(fields: Fields) {
  const made = await submit(alice, NEW, fields);
  if (made.status !== 303) return { errors: pageOf(made).errors() };
  return { record: made.headers.location as string };
}

/** Whether somebody new, who has chosen the password, gets in by a spelling. */
async function getsIn(record: string, spellings: string[]) {
  const link = new URL(pageOf(await alice.get(record)).link()!).pathname;
  const accepted = await (await opened(app, link)).post('/invitations/acceptance', {
    password: PASSWORD,
    repeated: PASSWORD,
  });
  expect(accepted.status).toBe(303);
  const found: Record<string, boolean> = {};
  for (const spelling of spellings) found[spelling] = (await new Session(app).signIn(spelling)).status === 303;
  return found;
}

describe('one mailbox', () => {
  it('is one user, shown and searched in letters, who signs in by either spelling', async () => {
    // A browser sends what was typed in letters as ASCII.
    const { record } = await create({ name: 'petra', email: IN_ASCII });
    const page = pageOf(await alice.get(record!));
    expect(page.fact('System email')).toBe(IN_LETTERS);
    for (const q of ['bücher', 'koln', IN_LETTERS])
      expect([q, pageOf(await alice.get(`/users?q=${encodeURIComponent(q)}`)).texts('tbody .name a')]).toEqual([
        q,
        ['petra'],
      ]);
    expect(await create({ name: 'petra2', email: IN_LETTERS })).toEqual({
      errors: { email: 'Another user has this email already.' },
    });
    const spellings = [IN_LETTERS, IN_ASCII, 'Petra@BÜCHER-köln.de'];
    const link = new URL(page.link()!).pathname;
    await (await opened(app, link)).post('/invitations/acceptance', { password: PASSWORD, repeated: PASSWORD });
    for (const spelling of spellings)
      expect([spelling, (await new Session(app).signIn(spelling)).status]).toEqual([spelling, 303]);
  });

  it('gets its mail', async () => {
    const mailing = await startMailing();
    const admin = await signedIn(mailing.app, 'alice');
    expect((await submit(admin, NEW, { name: 'petra', email: IN_LETTERS })).status).toBe(303);
    await mailing.deliver();
    // The server gives the recipient back in letters.
    expect(mailing.server.mails.map((mail) => mail.recipients)).toEqual([[IN_LETTERS]]);
    expect(mailing.server.mails[0].raw).toContain(`To: petra <${IN_ASCII}>`);
    await mailing.close();
  });

  it.each([
    ['maria@example.org.', 'That is no email address. Did you mean maria@example.org?'],
    ['a..b@example..org', 'That is no email address. Did you mean a.b@example.org?'],
    ['maria@.org', 'Enter one email address, such as maria@example.com.'],
  ])('is not %s', async (email, message) => {
    expect(await create({ name: 'maria', email })).toEqual({ errors: { email: message } });
    expect(
      await create({ name: 'maria', email: 'maria@example.org', newContactName: 'M', newContactEmail: email }),
    ).toEqual({
      errors: { newContactEmail: message },
    });
    const contact = await submit(alice, '/contacts/new', { name: 'Maria', emails: `maria@example.com\n${email}` });
    expect(pageOf(contact).errors().emails).toMatch(/such as maria@|Did you mean/);
  });

  it('that was stored before the rule was as strict may stay, and keeps nothing else from being edited', async () => {
    const old = 'carol@example..org';
    await app.db.write((trx) => trx('users').where('id', app.people.carol).update({ email: old, email_key: old }));
    const saved = await submit(alice, pathTo(app, 'carol', '/edit'), { description: 'Still here.' });
    expect(saved.status).toBe(303);
    const other = await submit(alice, pathTo(app, 'carol', '/edit'), { email: 'carol@example...org' });
    expect(pageOf(other).errors()).toEqual({ email: 'That is no email address. Did you mean carol@example.org?' });

    await app.db.write((trx) =>
      trx('contacts')
        .where('id', 4)
        .update({ email: old, email_key: old, emails: JSON.stringify([old]) }),
    );
    expect((await submit(alice, '/contacts/4/edit', { description: 'Still here.' })).status).toBe(303);
  });
});

describe('one name', () => {
  it.each([
    ['anna berg', 'Anna  Berg'],
    ['anna-berg', 'anna‑berg'],
    ["o'brien", 'O’Brien'],
    ['anna', 'ａｎｎａ'],
  ])('is %s as well as %s', async (name, other) => {
    const { record } = await create({ name, email: 'first@example.com' });
    expect(await create({ name: other, email: 'second@example.com' })).toEqual({
      errors: { name: 'Another user has this name already.' },
    });
    expect(await getsIn(record!, [name, other])).toEqual({ [name]: true, [other]: true });
  });

  it('cannot be had a second time in letters of another alphabet', async () => {
    await create({ name: 'root.admin', email: 'root@example.com' });
    expect(await create({ name: 'rооt.admin', email: 'other@example.com' })).toEqual({
      errors: { name: 'This name looks like that of another user: some of its letters are of another alphabet.' },
    });
    const group = await submit(alice, '/groups/new', { name: 'Аdministrators' });
    expect(pageOf(group).errors()).toEqual({
      name: 'This name looks like that of another group: some of its letters are of another alphabet.',
    });
  });

  it('that is taken is told with all other mistakes, in every form', async () => {
    expect(await create({ name: 'bob', email: 'nowhere', leavesAt: 'soon' })).toEqual({
      errors: {
        name: 'Another user has this name already.',
        email: 'Enter one email address, such as maria@example.com.',
        leavesAt: 'Enter a date that exists, as YYYY-MM-DD.',
      },
    });
    const edited = await submit(alice, pathTo(app, 'carol', '/edit'), {
      name: 'bob',
      email: 'bob@example.com',
      leavesAt: 'x',
    });
    expect(Object.keys(pageOf(edited).errors()).sort()).toEqual(['email', 'leavesAt', 'name']);
    const group = await submit(alice, '/groups/new', { name: 'support', tags: 'x'.repeat(41) });
    expect(Object.keys(pageOf(group).errors()).sort()).toEqual(['name', 'tags']);
    const lena = await signedIn(app, 'lena');
    const invited = await submit(lena, '/led-groups/4/invitations/new', { name: 'bob', email: 'nowhere' });
    expect(pageOf(invited).errors()).toEqual({
      name: 'This name cannot be used. Choose another one.',
      email: 'Enter one email address, such as maria@example.com.',
    });
  });

  it('is never somebody’s own that stands in the form', async () => {
    const edited = await submit(alice, pathTo(app, 'carol', '/edit'), { leavesAt: 'x' });
    expect(Object.keys(pageOf(edited).errors())).toEqual(['leavesAt']);
  });
});

describe('two who had two names until they became one', () => {
  beforeEach(async () => {
    // As an upgrade leaves them: bob is the older.
    const { max } = app.people;
    await app.db.write((trx) => trx('users').where('id', max).update({ name: 'bоb', name_key: 'bob', name_twin: max }));
    await app.db.write((trx) => trx('users').where('id', app.people.bob).update({ activity: 'active' }));
  });

  it('each sign in by their own spelling, and any other one means the older', async () => {
    const isMax = async (identifier: string) => {
      const session = new Session(app);
      await session.signIn(identifier);
      return pageOf(await session.get('/credentials'))
        .textOf('body')
        .includes('max@example.com');
    };
    // With a Cyrillic o.
    expect(await isMax('bоb')).toBe(true);
    expect(await isMax('BОB')).toBe(true);
    expect(await isMax('bob')).toBe(false);
    expect(await isMax('ｂｏｂ')).toBe(false);
  });

  it('keep their names while something else is edited, and are free of it by a new one', async () => {
    const path = pathTo(app, 'max', '/edit');
    expect((await submit(alice, path, { description: 'One of two.' })).status).toBe(303);
    expect(await app.db.read('users').where('id', app.people.max).first('name_twin')).toEqual({
      name_twin: app.people.max,
    });
    expect((await submit(alice, path, { name: 'maxim' })).status).toBe(303);
    expect(await app.db.read('users').where('id', app.people.max).first('name_key', 'name_twin')).toEqual({
      name_key: 'maxim',
      name_twin: 0,
    });
  });

  it('are told to whoever can rename one of them', async () => {
    await app.context.troubles.look();
    const page = pageOf(await alice.get('/installation'));
    expect(page.textOf('#troubles')).toContain('1 pair of users or groups have one name or email');
    expect(page.texts('section:has(#twins) tbody td')).toEqual(['bob', 'bоb']);
  });
});
