import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { addContact } from '../support/contacts.ts';
import { factsBesideAudit, userRow } from '../support/database.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, newcomer, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

const ACME = 1;
const CLEO = 2;
const MARIA = 3;
const BOB = 4;
const LINKED = '/users?state=linked-to-account';

describe('a person and who signs in as them', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const errorsOf = (answer: { status: number; text: string }) => [answer.status, pageOf(answer).errors()];
  const link = (id: number, fields: Record<string, string>) => submit(alice, `/contacts/${id}/link/new`, fields);

  it('are linked from the contact, by the email of the user, with one event that both timelines show', async () => {
    const audit = await watchAudit(app);
    const linked = await link(MARIA, { user: 'LENA@example.com' });
    expect(pageOf(await alice.get(linked.headers.location)).message()).toBe('lena signs in as María Müller.');
    const [event, ...more] = await audit.since();
    expect([event.action, event.subjectName, event.before, event.after, more]).toEqual([
      'user.updated',
      'lena',
      { linkedContact: null },
      { linkedContact: { type: 'contact', id: 3, name: 'María Müller' } },
      [],
    ]);
    for (const path of [`/contacts/${MARIA}`, `/users/${app.people.lena}`])
      expect(pageOf(await alice.get(path)).texts('.event > p:first-child')[0]).toBe('12:00 alice changed lena');
    expect(pageOf(await alice.get('/users?q=muller')).texts('th.name a')).toEqual(['lena']);
  });

  it('are not linked any more where the person was deleted while the form was open', async () => {
    const form = await alice.get(pathTo(app, 'lena', '/edit'));
    await alice.post(`/contacts/${MARIA}/deletion`);
    expect(errorsOf(await send(alice, form, { contactId: String(MARIA) }))).toEqual([
      422,
      { contactId: 'María Müller is deleted.' },
    ]);
    expect(await userRow(app, app.people.lena)).toMatchObject({ contact_id: null });
  });

  it('are one and one', async () => {
    expect(errorsOf(await link(MARIA, { user: 'nobody' }))).toEqual([
      422,
      { user: 'There is no user with this name or email.' },
    ]);
    expect(errorsOf(await link(MARIA, { user: 'bob' }))).toEqual([
      422,
      { user: 'bob is linked to another contact. End that link first.' },
    ]);
    expect(errorsOf(await alice.post(`/contacts/${BOB}/link`, { user: 'lena' }))).toEqual([
      422,
      { user: 'Bob Schmidt is linked to the user bob already.' },
    ]);
    expect((await alice.post(`/contacts/${ACME}/link`, { user: 'lena' })).status).toBe(409);
    const answers = await Promise.all(['lena', 'erin'].map((user) => alice.post(`/contacts/${MARIA}/link`, { user })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 422]);
    expect(await app.db.read('users').where('contact_id', MARIA)).toHaveLength(1);
  });

  it('are linked twice by one form without a second change', async () => {
    const form = await alice.get(`/contacts/${MARIA}/link/new`);
    const audit = await watchAudit(app);
    const answers = await Promise.all([1, 2].map(() => send(alice, form, { user: 'lena' })));
    expect(answers.map((answer) => answer.status)).toEqual([303, 303]);
    expect(await audit.actions()).toEqual(['user.updated']);
  });

  it('are parted from the contact, and both stay', async () => {
    const form = await alice.get(`/contacts/${BOB}/link/delete`);
    const audit = await watchAudit(app);
    await send(alice, form);
    const [event] = await audit.since();
    expect([event.before, event.after]).toEqual([
      { linkedContact: { type: 'contact', id: 4, name: 'Bob Schmidt' } },
      { linkedContact: null },
    ]);
    expect(await userRow(app, app.people.bob)).toMatchObject({
      contact_id: null,
      contact_name: null,
      activity: 'active',
    });
    expect((await alice.get(`/contacts/${BOB}`)).status).toBe(200);
    expect((await alice.get(`/contacts/${BOB}/link/delete`)).status).toBe(409);
    const again = await alice.send('delete', `/contacts/${BOB}/link`);
    expect(pageOf(await alice.get(again.headers.location)).message()).toMatch(/^Nothing changed/);
  });

  it('make the form of the user stale that was open meanwhile', async () => {
    const form = await alice.get(`/users/${app.people.lena}/edit`);
    await link(MARIA, { user: 'lena' });
    const stale = await send(alice, form, { description: 'x' });
    expect(stale.status).toBe(409);
    expect(pageOf(stale).texts('.theirs')).toEqual(['Saved meanwhile: María Müller']);
  });

  it('are not for those who may do less than the user (R61)', async () => {
    const auditors = await groupId(app, 'Auditors');
    const { session } = await newcomer(app, 'nora', { groups: [await groupId(app, 'Helpdesk'), auditors] });
    await app.db.write((trx) => trx('users').where('id', app.people.ada).update({ contact_id: MARIA }));
    const before = await factsBesideAudit(app);
    const audit = await watchAudit(app);
    expect(errorsOf(await session.post(`/contacts/${CLEO}/link`, { user: 'alice', acceptAccounts: 'yes' }))).toEqual([
      422,
      { user: 'alice has rights that you do not hold.' },
    ]);
    expect((await session.send('delete', `/contacts/${MARIA}/link`)).status).toBe(403);
    expect((await session.send('delete', `/contacts/${MARIA}/offer`)).status).toBe(403);
    expect(await audit.actions()).toEqual(['request.refused', 'request.refused', 'request.refused']);
    expect(await factsBesideAudit(app)).toEqual(before);
    expect((await session.post(`/contacts/${CLEO}/link`, { user: 'bob' })).status).toBe(422);
  });

  describe('who is a customer', () => {
    const list = async (path = LINKED) => {
      const page = pageOf(await alice.get(path));
      const choice = page.$('#fold-state li a').filter((_, one) => /Linked to customer/.test(page.$(one).text()));
      return [page.texts('th.name a'), choice.find('small').text()];
    };

    it('are linked on purpose only, which the audit tells', async () => {
      const warned = await link(CLEO, { user: 'lena' });
      expect(errorsOf(warned)[0]).toBe(422);
      expect(pageOf(warned).textOf('#acceptAccounts-warning p')).toMatch(
        /^Cleo Customer is a customer\. Login identities/,
      );
      const audit = await watchAudit(app);
      expect((await send(alice, warned, { acceptAccounts: 'yes' })).status).toBe(303);
      expect((await audit.since())[0].after).toEqual({
        linkedContact: { type: 'contact', id: 2, name: 'Cleo Customer', accounts: ['customer'] },
      });
    });

    it('are found by a filter of the users, with an exact count, whatever happens to contact and company', async () => {
      expect(await list()).toEqual([[], '0']);
      await link(CLEO, { user: 'lena', acceptAccounts: 'yes' });
      expect(await list()).toEqual([['lena'], '1']);
      await submit(alice, `/contacts/${BOB}/edit`, { accounts: ['supplier', 'employee'] });
      expect(await list()).toEqual([['bob', 'lena'], '2']);
      await submit(alice, `/contacts/${ACME}/edit`, { accounts: ['prospect'] });
      expect(await list()).toEqual([['bob'], '1']);
      await submit(alice, `/contacts/${ACME}/edit`, { accounts: ['customer'] });
      await submit(alice, `/contacts/${ACME}/deletion/new`);
      expect(await list()).toEqual([['bob'], '1']);
      await submit(alice, `/contacts/${ACME}/deletion/delete`);
      await submit(alice, `/contacts/${BOB}/deletion/new`);
      expect(await list()).toEqual([['lena'], '1']);
      await submit(alice, `/contacts/${CLEO}/edit`, { companyId: '' });
      expect(await list()).toEqual([[], '0']);
      await submit(alice, `/contacts/${BOB}/deletion/delete`);
      expect(await list()).toEqual([['bob'], '1']);
      await alice.post(`/users/${app.people.bob}/deactivation`);
      expect(await list()).toEqual([['bob'], '1']);
      await submit(alice, `/contacts/${BOB}/link/delete`);
      expect(await list()).toEqual([[], '0']);
    });

    it('are counted for everybody who reads users, whoever owns the contact, without its name', async () => {
      const id = await addContact(app, {
        name: 'Secret Customer',
        accounts: ['customer'],
        ownerUserId: app.people.alice,
      });
      await link(id, { user: 'lena', acceptAccounts: 'yes' });
      const max = await signedIn(app, 'max');
      const page = await max.get(LINKED);
      expect([pageOf(page).texts('th.name a'), page.text.includes('Secret')]).toEqual([['lena'], false]);
      const record = await max.get(`/users/${app.people.lena}`);
      expect(pageOf(record).textOf('.warn')).toMatch(/^Linked to a customer/);
      expect(record.text).not.toContain('Secret');
      expect(record.text).toContain('a contact that you may not see');
      // Also where the group's timeline tells of the same change.
      const form = pageOf(await alice.get(`/users/${app.people.erin}/edit`)).typed();
      const groups = [await groupId(app, 'Support')];
      const other = await addContact(app, { name: 'Secret Other', ownerUserId: app.people.alice });
      const changed = { ...form, groups, contactId: String(other) };
      expect((await alice.send('patch', `/users/${app.people.erin}`, changed)).status).toBe(303);
      const rita = await signedIn(app, 'rita');
      const told = await rita.get(`/groups/${groups[0]}`);
      expect([told.text.includes('a contact that you may not see'), told.text.includes('Secret')]).toEqual([
        true,
        false,
      ]);
      expect((await rita.get(`/users/${app.people.lena}/timeline`)).text).not.toContain('Secret');
    });
  });

  describe('when the person changes', () => {
    const offer = async (session = alice) => pageOf(await session.get(`/contacts/${BOB}`)).texts('#offer li');

    it('offers the new email to the user, and changes nothing by itself', async () => {
      expect(await offer()).toEqual([]);
      await submit(alice, `/contacts/${BOB}/edit`, { phones: '1' });
      expect(await offer()).toEqual([]);
      await submit(alice, `/contacts/${BOB}/edit`, { emails: 'b.schmidt@example.com' });
      expect(await offer()).toEqual(['System email: bob@example.com → b.schmidt@example.com']);
      expect(await userRow(app, app.people.bob)).toMatchObject({ email: 'bob@example.com', name: 'bob' });
      expect(await offer(await signedIn(app, 'rita'))).toEqual([]);
      const path = pageOf(await alice.get(`/contacts/${BOB}`))
        .$('#offer a.button')
        .attr('href')!;
      const form = await alice.get(path);
      expect(pageOf(form).typed()).toMatchObject({ email: 'b.schmidt@example.com', name: 'bob' });
      await send(alice, form);
      expect(await userRow(app, app.people.bob)).toMatchObject({ email: 'b.schmidt@example.com' });
      expect(await offer()).toEqual([]);
    });

    it('offers the new name, until somebody says that the user stays as it is', async () => {
      await submit(alice, `/contacts/${BOB}/edit`, { name: 'Robert Schmidt' });
      expect(await offer()).toEqual(['Name: bob → Robert Schmidt']);
      const audit = await watchAudit(app);
      await alice.send('delete', `/contacts/${BOB}/offer`);
      await alice.send('delete', `/contacts/${BOB}/offer`);
      expect(await offer()).toEqual([]);
      expect(await audit.actions()).toEqual(['contact.offer-declined']);
      expect(await userRow(app, app.people.bob)).toMatchObject({ name: 'bob', contact_name: 'Robert Schmidt' });
    });

    it('offers nothing of the past to another user who is linked since', async () => {
      await submit(alice, `/contacts/${BOB}/edit`, { emails: 'b.schmidt@example.com' });
      await submit(alice, `/contacts/${BOB}/link/delete`);
      await link(BOB, { user: 'lena' });
      expect(await offer()).toEqual([]);
      const form = await alice.get(`/users/${app.people.lena}/edit?contact=${BOB}`);
      expect(pageOf(form).typed()).toMatchObject({ email: 'lena@example.com' });
    });
  });

  it('has the person read anew when the user goes or comes back, and not when they are let in no more', async () => {
    const fed = async () =>
      Number((await app.db.read('contact_changes').where('contact_id', BOB).count('* as n').first())!.n);
    const told: [unknown, number][] = [];
    const activation = { _method: 'DELETE' };
    for (const [noun, fields] of [
      ['deactivation', {}],
      ['deactivation', activation],
      ['deletion', {}],
      ['deactivation', activation],
    ] as const) {
      const before = await fed();
      await alice.post(pathTo(app, 'bob', `/${noun}`), fields);
      told.push([(await userRow(app, app.people.bob)).activity, (await fed()) - before]);
    }
    expect(told).toEqual([
      ['deactivated', 0],
      ['active', 0],
      ['deleted', 1],
      ['active', 1],
    ]);
  });

  it('start from the person: New User is filled from the contact, and saved as any other', async () => {
    const path = pageOf(await alice.get(`/contacts/${MARIA}`))
      .$('section:has(#user) a[href^="/users/new"]')
      .attr('href')!;
    const form = await alice.get(path);
    expect(pageOf(form).typed()).toMatchObject({
      name: 'María Müller',
      email: 'maria@example.com',
      contactId: String(MARIA),
    });
    const created = await send(alice, form, { access: 'later' });
    expect(pageOf(await alice.get(created.headers.location)).fact('Person')).toBe('María Müller');
    expect(pageOf(await alice.get(path)).typed()).toMatchObject({ name: '', contactId: '' });
  });
});
