import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Mailbox } from '../src/mail/mailbox.ts';
import { COLUMNS } from '../src/users/list/user-list-columns.ts';
import { PASSWORD, startApp, startEmptyApp, type TestApp } from './support/app.ts';
import { asked, letAskFor } from './support/asking.ts';
import { deletedLongAgo } from './support/erasure.ts';
import { codeOf } from './support/factor.ts';
import { send, submit } from './support/form.ts';
import { levels } from './support/levels.ts';
import { linkFor, opened } from './support/links.ts';
import { pageOf } from './support/page.ts';
import { givePasskey } from './support/passkey.ts';
import { groupId, pathTo } from './support/people.ts';
import { provisionerAs } from './support/provisioner.ts';
import { forgetRendered, VIEWS, wasRendered } from './support/rendered-views.ts';
import { Session, signedIn } from './support/session.ts';

const NEW_PASSWORD = 'nine slow tractors hum';
const NAMES = readdirSync(VIEWS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ejs'));
/** What comes out where a view was given less than it asks for, or was not run at all. */
const BROKEN = /\bundefined\b|\[object |\bNaN\b|<%|%>|function \(/;

describe('the views', () => {
  let app: TestApp;
  let empty: TestApp;
  let withMail: TestApp;
  const mailbox = new Mailbox();
  const seen: [path: string, text: string][] = [];

  /** Every page that people come across, as they come across it. */
  beforeAll(async () => {
    forgetRendered();
    app = await startApp();
    empty = await startEmptyApp();
    withMail = await startApp({}, mailbox);
    const note = <T extends { text: string }>(what: string, response: T): T => {
      seen.push([what, response.text]);
      return response;
    };
    const stranger = new Session(empty);
    note('sign in, not set up', await stranger.get('/session/new'));
    await stranger.get(`/setup/${empty.context.setupToken}`);
    note('setup', await stranger.get('/setup'));
    note('setup, mistaken', await submit(stranger, '/setup', { name: '' }));
    const first = { name: 'first', email: 'f@example.com', password: NEW_PASSWORD, repeated: NEW_PASSWORD };
    await submit(stranger, '/setup', first);
    note('begin', await stranger.get('/users'));

    const alice = new Session(app);
    note('refused', await alice.signIn('alice', 'not the password'));
    await alice.signIn('alice');
    const support = `/groups/${await groupId(app, 'Support')}`;
    const paths = [
      '/users',
      '/users?q=nowhere',
      '/users?q=alice,nobody@x.example',
      '/users?activity=deleted',
      `/users?activity=active&${COLUMNS.map((column) => `column=${column}`).join('&')}`,
      '/users/groups',
      '/users/tags',
      '/groups/tags',
      '/contacts/tags',
      '/security',
      '/overview',
      '/idle-accounts',
      '/provisioning',
      '/users/columns',
      '/saved-views',
      '/saved-views/new?view=%2Fusers%3Fstate%3Dlocked',
      '/users/columns?view=%2Fusers%3Fcolumn%3Dname',
      '/users/new',
      '/users/new/list',
      '/users/import',
      '/api',
      '/groups',
      '/groups/new',
      `${support}`,
      `${support}/edit`,
      `${support}/timeline`,
      `${support}/members/new`,
      `${support}/members/edit?ids=${app.people.bob}`,
      '/applications',
      '/applications?user=nobody',
      '/applications/new',
      '/applications/users',
      pathTo(app, 'bob', '/permissions?application=users&level=write'),
      '/contacts',
      '/contacts?q=nowhere',
      '/contacts?company=1&tag=1',
      '/contacts/new?kind=person',
      '/contacts/new?kind=company',
      ...[1, 2, 3, 4].flatMap((id) => [`/contacts/${id}`, `/contacts/${id}/edit`, `/contacts/${id}/deletion/new`]),
      '/contacts/2/link/new',
      '/contacts/4/link/delete',
      '/contacts/4/timeline',
      '/audit',
      '/users/export',
      '/groups/export',
      '/users/export?ids=1,2',
      '/installation',
      '/webhooks',
      '/webhooks/new',
      '/me',
      '/access-requests',
      '/access-requests/new',
      '/credentials',
      '/credentials/sign-ins',
      '/credentials/second-factor',
      '/credentials/passkeys/new',
      '/credentials/tokens/new',
      '/credentials/confirmation/new?next=/users',
      '/credentials/email/edit',
      '/credentials/report/new',
      '/nowhere',
      '/bulk-operations',
      '/menu',
      '/preferences',
      '/interface',
      '/shortcuts',
      '/search',
      '/search/names?q=len',
      '/search?q=reset+erin',
      '/search?q=nobodyatall',
      pathTo(app, 'bob', '/actions'),
      pathTo(app, 'bob', '/groups'),
      pathTo(app, 'lena', '/leaving'),
      pathTo(app, 'bob', '/timeline'),
      pathTo(app, 'bob', '/sign-ins'),
    ];
    for (const path of paths) note(path, await alice.get(path));
    for (const person of ['alice', 'bob', 'carol', 'dave', 'erin', 'robin'] as const) {
      note(person, await alice.get(pathTo(app, person)));
      note(`edit ${person}`, await alice.get(pathTo(app, person, '/edit')));
    }
    note(
      'contact, mistaken',
      await submit(alice, '/contacts/new', { name: '', owner: 'group', companySearch: 'acme' }),
    );
    note('link, mistaken', await submit(alice, '/contacts/2/link/new', { user: 'lena' }));
    const address = await alice.get('/contacts/4/edit');
    await submit(await signedIn(app, 'ada'), '/contacts/4/edit', { emails: 'new@example.com', owner: 'private' });
    await app.db.write((trx) => trx('contacts').where('id', 4).update({ owner_user_id: null }));
    note('contact, stale', await send(alice, address, { phones: '1' }));
    note('contact, offering', await alice.get('/contacts/4'));
    await app.db.write((trx) =>
      trx('memberships').insert({
        user_id: app.people.alice,
        group_id: Number(support.split('/').at(-1)),
        granted_at: '2026-11-22T12:00:00.000Z',
      }),
    );
    note('group of mine', await alice.get(support));
    const list = 'Hello\nMaria Müller <maria@example.com>; cleo@acme.example; bob@example.com; x <x@y..z>';
    note('list, mistaken', await submit(alice, '/users/new/list', { text: '' }));
    const read = await submit(alice, '/users/new/list', { text: list });
    const table = note('list', await alice.get(read.headers.location));
    const corrected = note('list, with mistakes', await send(alice, table, { step: 'sheet' }));
    await send(alice, corrected, { step: 'sheet', keep: ['0', '1'] });
    note('list, sheet', await alice.get(`${read.headers.location}/sheet`));
    note('import, empty', await alice.upload('/users/imports', {}, ''));
    const file = 'Name,Email,Tags,Room\nnina,nina@example.com,,1\nbob,robert@example.com,night,2\nno@name,,,3\n';
    const imported = (await alice.upload('/users/imports', {}, file)).headers.location;
    note('import, mistaken', await submit(alice, imported, { 'column-0': '', 'column-1': '' }));
    await submit(alice, imported, { by: 'name', view: 'active' });
    for (const rest of ['', '?kind=new', '?kind=changed', '?kind=emails', '/missing', '/columns'])
      note(`import ${rest}`, await alice.get(imported + rest));
    note('import, missing, mistaken', await submit(alice, `${imported}/missing`, { number: '0' }));
    await app.db.write((trx) => trx('imports').update({ state: 'planning' }));
    note('import, under way', await alice.get(imported));
    await app.db.write((trx) => trx('imports').update({ state: 'planned' }));
    note('members, unknown', await submit(alice, `${support}/members/new`, { list }));
    note('permissions', await submit(alice, `${support}/permissions/edit`, levels({ users: 'read' })));
    note('application, mistaken', await submit(alice, '/applications/new', { key: '!' }));
    await submit(alice, '/applications/new', { key: 'rooms', name: 'Rooms', description: 'Who booked which.' });
    for (const path of ['', '/edit', '/deletion/new'])
      note(`application ${path}`, await alice.get(`/applications/rooms${path}`));
    const leader = await signedIn(app, 'lena');
    note('reviews, none', await alice.get('/reviews'));
    note('new review, mistaken', await submit(alice, '/reviews/new', { question: '' }));
    const review = (await submit(alice, '/reviews/new', { repeats: 'yes' })).headers.location;
    const own = await leader.get(`${review}/answers`);
    note('answers', own);
    await send(leader, own, { [`answer-${app.people.bob}`]: 'leave', [`answer-${app.people.carol}`]: 'unsure' });
    for (const path of [review, `${review}/answers`, `${review}/evidence`, '/reviews'])
      note(path, await alice.get(path));
    await alice.post(`${review}/closure`);
    for (const path of [review, `${review}/answers`, `${review}/evidence`, '/reviews'])
      note(path, await alice.get(path));
    const led = support.replace('/groups', '/led-groups');
    for (const path of ['/led-groups', led, `${led}/invitations/new`, `${led}/members/new`])
      note(path, await leader.get(path));
    note('led list', await leader.get(`${led}/invitations/list`));
    const pasted = await submit(leader, `${led}/invitations/list`, { text: 'x <x@y..z>; n@new.example' });
    note('led list, read', await leader.get(pasted.headers.location));
    await leader.post(`${led}/members`, { ids: String(app.people.dave), _method: 'delete' });
    const deed = pageOf(await leader.get(led))
      .$('#deeds + ul a')
      .attr('href')!;
    for (const path of [deed, `${deed}/undo`]) note('led deed', await leader.get(path));
    note('led members', await leader.get(`${led}/members/edit?ids=${app.people.bob}`));
    note('who leads', await leader.get(`${led}/lead`));
    await letAskFor(app, 'Support', { contacts: 'read' });
    const request = await asked(app, 'max', { application: 'contacts', level: 'read' });
    note('asking', await (await signedIn(app, 'max')).get('/access-requests/new'));
    note('deciding', await leader.get(request));
    await leader.post(`${request}/decision`, { answer: 'refuse', words: 'no' });
    note('answered', await leader.get(request));
    note('addition', await submit(alice, `${support}/members/new`, { list: 'erin' }));
    note(
      'list, mistaken',
      await submit(alice, `${support}/members/new`, { list: 'nobody', idsSearch: 'bob', ids: '1' }),
    );
    note('a part', await alice.get('/users', { 'HX-Request': 'true', 'HX-Target': 'div#users-list' }));
    note('an error in part', await alice.get('/users/999999', { 'HX-Request': 'true', 'HX-Target': 'x#y' }));
    note('confirm', await alice.get(pathTo(app, 'bob', '/deletion/new')));
    note(
      'new, mistaken',
      await submit(alice, '/users/new', { name: '', apiOnly: 'yes', newContactName: 'x', newContactEmail: 'x' }),
    );
    const cleo = await app.db.read('contacts').where('name', 'Cleo Customer').first('id');
    note(
      'new, warned',
      await submit(alice, '/users/new', { name: 'n', email: 'n@x.example', contactId: String(cleo.id) }),
    );
    note('check', await submit(alice, '/users/new', { name: 'a@b', step: 'check', field: 'name' }));
    note('search', await submit(alice, '/users/new', { contactSearch: 'nobody', step: 'find contactId' }));
    const form = await alice.get(pathTo(app, 'bob', '/edit'));
    await submit(await signedIn(app, 'ada'), pathTo(app, 'bob', '/edit'), { description: 'theirs', tags: '' });
    note('edit, stale', await send(alice, form, { description: 'mine' }));
    const made = await alice.post(pathTo(app, 'carol', '/invitation'));
    note('link', await alice.get(made.headers.location));
    note('renewal', await submit(alice, pathTo(app, 'carol', '/edit'), { email: 'c@new.example', step: 'save' }));
    const changed = await submit(alice, pathTo(app, 'carol', '/edit'), { email: 'carol@new.example' });
    note('offer', await alice.get(changed.headers.location));

    const ids = [String(app.people.bob), String(app.people.dave)];
    const draft = await alice.post('/bulk-operations', { action: 'delete', ids });
    note('sheet', await alice.get(draft.headers.location));
    await alice.post(`${draft.headers.location}/execution`);
    note('report', await alice.get(draft.headers.location));
    note(
      'actions',
      await alice.get((await alice.post('/bulk-operations', { action: 'choose', ids })).headers.location),
    );
    const asking = (await alice.post('/bulk-operations', { action: 'add-to-group', ids })).headers.location;
    note('questions', await alice.get(asking));
    note('questions, mistaken', await alice.post(`${asking}/choices`, { group: '', untilAt: 'x' }));
    note('tag', await alice.get((await alice.post('/bulk-operations', { action: 'add-tag', ids })).headers.location));
    const option = (await alice.post('/bulk-operations', { action: 'set-no-shared-data', ids })).headers.location;
    note('option', await alice.get(option));
    await alice.post(`${option}/choices`, { noSharedData: 'yes' });
    note('sheet, chosen', await alice.get(option));
    await app.db.write((trx) =>
      trx('bulk_operations').where('id', option.split('/').at(-1)!).update({ executed_at: '2026-11-22T12:00:00.000Z' }),
    );
    note('progress', await alice.get(option));
    await app.db.write((trx) => trx('bulk_operations').update({ paused_at: '2026-11-22T12:00:00.000Z' }));
    note('paused', await alice.get(option));
    note('reports', await alice.get('/bulk-operations'));
    note('audit, with what was done in bulk', await alice.get('/audit'));

    const max = await signedIn(app, 'max');
    await submit(max, '/credentials/second-factor', { current: PASSWORD });
    note('factor, begun', await max.get('/credentials/second-factor/confirmation/new'));
    const code = await codeOf(app, 'max');
    const shown = await submit(max, '/credentials/second-factor/confirmation/new', { code });
    note('recovery codes', await max.get(shown.headers.location));
    note('factor, set up', await max.get('/credentials/second-factor'));
    await givePasskey(app, 'max');
    const withPasskey = pageOf(note('passkeys', await max.get('/credentials')));
    note('passkey, to be removed', await max.get(withPasskey.$('a[href^="/credentials/passkeys/"]').attr('href')!));
    await submit(max, '/credentials/passkeys/new', { current: PASSWORD });
    note('passkey, begun', await max.get('/credentials/passkeys/confirmation/new'));
    note('passkey, not made', await max.post('/credentials/passkeys', { name: 'x', credential: '' }));
    note('sign in by passkey', await new Session(app).get('/session/new'));
    const second = new Session(app);
    await second.signIn('max');
    second.forgetToken();
    note('factor, asked for', await second.get('/session/factor/new'));
    note('factor, mistaken', await second.post('/session/factor', { code: '0' }));
    await max.send('delete', '/credentials/second-factor', { current: PASSWORD });
    note('passkeys, to be the factor', await max.get('/credentials/second-factor'));
    const byPasskeys = await submit(max, '/credentials/second-factor', { current: PASSWORD });
    note('recovery codes beside passkeys', await max.get(byPasskeys.headers.location));
    note('passkeys as the factor', await max.get('/credentials/second-factor'));
    const third = new Session(app);
    await third.signIn('max');
    third.forgetToken();
    note('factor by passkeys, asked for', await third.get('/session/factor/new'));
    await max.send('delete', '/credentials/second-factor', { current: PASSWORD });

    note('webhook, mistaken', await submit(alice, '/webhooks/new', { name: '', which: 'some' }));
    const hook = { name: 'Chat', address: 'https://hooks.example.com/' };
    note('webhook, made', await submit(alice, '/webhooks/new', hook));
    await alice.post('/webhooks/1/tests');
    for (const path of ['', '/edit', '/rotation/new', '/deletion/new'])
      note(`webhook ${path}`, await alice.get(`/webhooks/1${path}`));
    await alice.post('/webhooks/1/disabling');
    for (const path of ['/webhooks', '/webhooks/1']) note(`disabled ${path}`, await alice.get(path));
    note('token, made', await submit(alice, '/credentials/tokens/new', { name: 'nightly', scopes: ['users:read'] }));
    note('tokens', await alice.get('/credentials/tokens'));
    const idp = await provisionerAs(app);
    const emails = [{ value: 'pushed@corp.example', type: 'work' }];
    const { number } = await idp.made({ userName: 'pushed', emails, title: 'Chef' });
    await idp.ask('post', '/Users', { userName: 'ada@example.com' });
    note('provisioned', await alice.get(`/users/${number}`));
    note('provisioned, edited', await alice.get(`/users/${number}/edit`));
    note('provisioner', await alice.get(pathTo(app, 'alice', '/provisioning')));
    note('clash', await alice.get(pathTo(app, 'alice', '/provisioning/1/confirmation/new')));
    note('token, rotated', await alice.get('/credentials/tokens/1/rotation/new'));

    const replaced = await linkFor(app, 'carol', 'invitation', alice);
    const carol = await opened(app, await linkFor(app, 'carol', 'invitation', alice));
    note('a link that is over', await new Session(app).get(replaced));
    note('invitation', await carol.get('/invitations/acceptance/new'));
    note('invitation, mistaken', await carol.post('/invitations/acceptance', { password: 'x', repeated: 'x' }));
    const lena = await opened(app, await linkFor(app, 'lena', 'password-reset', alice));
    note('reset', await lena.get('/passwords/acceptance/new'));
    note('strength', await lena.post('/passwords/strength', { password: 'four quiet' }));
    note(
      'strength in part',
      await lena.post(
        '/passwords/strength',
        { password: 'four' },
        { 'HX-Request': 'true', 'HX-Target': 'x#password-strength' },
      ),
    );
    note(
      'credentials, mistaken',
      await submit(await signedIn(app, 'max'), '/credentials', { current: 'x', password: 'x', repeated: 'y' }),
    );
    await submit(alice, '/saved-views/new?view=%2Fusers%3Fstate%3Dlocked', { name: 'Locked out', shared: 'yes' });
    note('views', await alice.get('/saved-views'));
    note('pinned', await alice.get('/users'));
    note('view, again', await submit(alice, '/saved-views/new?view=%2Fusers', { name: 'locked OUT' }));
    note('view, renamed', await alice.get('/saved-views/1/edit'));
    note('view, deleted', await alice.get('/saved-views/1/deletion/new'));
    await deletedLongAgo(app, 'erin', 1);
    note('record, deleted', await alice.get(pathTo(app, 'erin')));
    await deletedLongAgo(app, 'robin');
    note('record, to be erased', await alice.get(pathTo(app, 'robin')));
    note('erasing, mistaken', await submit(alice, pathTo(app, 'robin', '/erasure/new'), { name: 'x' }));
    await submit(alice, pathTo(app, 'robin', '/erasure/new'), { name: 'robin' });
    note('record, erased', await alice.get(pathTo(app, 'robin')));
    note('invitations', await alice.get('/invitations'));
    note('no invitations', await alice.get('/invitations?q=nowhere'));

    const mailing = new Session(withMail);
    note('sign in, with mail', await mailing.get('/session/new'));
    note('forgot', await mailing.get('/passwords/requests/new'));
    note('forgot, mistaken', await submit(mailing, '/passwords/requests/new', { identifier: '' }));
    await mailing.signIn('alice');
    note('new, with mail', await mailing.get('/users/new'));
    note('reinvite', await mailing.get(pathTo(withMail, 'carol', '/invitation/new')));
    note('nothing mailed', await mailing.get(mailbox.path));
    await submit(mailing, pathTo(withMail, 'carol', '/invitation/new'));
    note('mailed', await mailing.get(pathTo(withMail, 'carol')));
    await withMail.context.mail!.round();
    note('mailbox', await mailing.get(mailbox.path));
    note('email, mistaken', await submit(mailing, '/credentials/email/edit', { email: 'nobody' }));
    await submit(mailing, '/credentials/email/edit', { email: 'alicia@example.com', current: PASSWORD });
    note('email, asked for', await mailing.get('/credentials'));
    await withMail.context.mail!.round();
    const [confirming] = /\/emails\/[\w-]{43}/.exec((await mailing.get(mailbox.path)).text) ?? [];
    await mailing.get(confirming!);
    note('email, to be confirmed', await mailing.get('/emails/confirmation/new'));
    const reinvited = { action: 'reinvite', ids: String(withMail.people.carol) };
    const soon = pathTo(withMail, 'bob', '/edit');
    await submit(mailing, soon, { startsAt: '2026-12-01 09:00', leavesAt: '2027-01-31' });
    const later = { action: 'deactivate', ids: [withMail.people.bob, withMail.people.max].map(String) };
    const toCome = (await mailing.post('/bulk-operations', later)).headers.location;
    note('sheet, later', await mailing.get(toCome));
    note('when', await mailing.get(`${toCome}/schedule/new`));
    await mailing.post(`${toCome}/schedule`, { dueAt: '2027-01-15 18:00' });
    note('scheduled', await mailing.get(toCome));
    note('what is to come', await mailing.get(pathTo(withMail, 'bob')));
    note('sheet, with mail', await mailing.get((await mailing.post('/bulk-operations', reinvited)).headers.location));
    note('reader', await (await signedIn(app, 'rita')).get('/users'));
    app.clock.advance(10 * 60_000);
    note('who it is', await alice.post('/audit/export'));
  });
  afterAll(async () => {
    await app.close();
    await empty.close();
    await withMail.close();
  });

  it.each(NAMES)('are all rendered by real pages: %s', (name) => {
    expect(wasRendered(name)).toBe(true);
  });

  it('show no hole where a value was missing', () => {
    for (const [what, text] of seen)
      expect([what, BROKEN.exec(pageOf({ text }).$.root().text())?.[0]]).toEqual([what, undefined]);
  });

  it('give each id once per page, and name no element that is not there', () => {
    for (const [what, text] of seen) {
      const { $ } = pageOf({ text });
      const ids = $('[id]')
        .toArray()
        .map((one) => one.attribs.id);
      expect([what, ids.filter((id, n) => ids.indexOf(id) !== n)]).toEqual([what, []]);
      if (!text.startsWith('<!doctype html>')) continue;
      const named = $('[for], [aria-describedby], [aria-labelledby]')
        .toArray()
        .flatMap(({ attribs }) => [attribs.for, attribs['aria-describedby'], attribs['aria-labelledby']])
        .flatMap((names) => names?.split(/\s+/) ?? [])
        .filter(Boolean);
      expect([what, named.filter((id) => !ids.includes(id))]).toEqual([what, []]);
      const anchors = $('a[href^="#"]')
        .toArray()
        .map((one) => one.attribs.href.slice(1));
      expect([what, anchors.filter((id) => !ids.includes(id))]).toEqual([what, []]);
    }
  });

  it('are whole pages with one main, one first heading, a title and a language', () => {
    for (const [what, text] of seen.filter(([, one]) => one.startsWith('<!doctype html>'))) {
      const page = pageOf({ text });
      expect([what, page.$('main').length, page.$('main h1').length, page.$('html').attr('lang')]).toEqual([
        what,
        1,
        1,
        'en',
      ]);
      expect(page.textOf('head title')).toMatch(/^.+ · Roster$/);
    }
  });
});
