import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { everything } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { programAs } from '../support/program.ts';
import { type Provisioner, provisionerAs } from '../support/provisioner.ts';
import { type Session, signedIn } from '../support/session.ts';

const page = (app: TestApp, rest = '') => pathTo(app, 'alice', `/provisioning${rest}`);
const row = (app: TestApp, id: number) => app.db.read('users').where({ id }).first();

let app: TestApp;
let idp: Provisioner;
let alice: Session;
beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000', SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });
  idp = await provisionerAs(app);
  alice = await signedIn(app, 'alice');
});
afterAll(() => app.close());

async function confirm(text: string): Promise<void> {
  const shown = pageOf(await alice.get(page(app)));
  const path = shown.$(`li:contains("${text}") a[href$="/confirmation/new"]`).attr('href')!;
  const done = await submit(alice, path);
  expect([path, done.status]).toEqual([path, 303]);
}

describe('who was here before (R80)', () => {
  it('is taken over by no program: it is not told of them, and neither name nor email, key nor path leads to them', async () => {
    const before = await row(app, app.people.bob);
    for (const body of [
      { userName: 'bob', emails: [{ value: 'other@corp.example' }] },
      { userName: 'BOB@example.com' },
      { userName: 'robert', emails: [{ value: 'bob@example.com' }], externalId: String(app.people.bob) },
    ]) {
      const answer = await idp.ask('post', '/Users', body);
      expect([body, answer.status, answer.body.scimType]).toEqual([body, 409, 'uniqueness']);
    }
    expect((await idp.find('Users', 'userName eq "bob"')).body.totalResults).toBe(0);
    expect((await idp.find('Users', 'emails.value eq "bob@example.com"')).body.totalResults).toBe(0);
    for (const id of [`user-${app.people.bob}`, String(app.people.bob)])
      for (const method of ['get', 'put', 'patch', 'delete'] as const) {
        const body = { userName: 'bob', Operations: [{ op: 'replace', path: 'active', value: false }] };
        const answer = await idp.ask(method, `/Users/${id}`, method === 'get' ? undefined : body);
        expect([method, id, answer.status]).toEqual([method, id, 404]);
      }
    expect(await row(app, app.people.bob)).toEqual(before);
  });

  it('is named on the page of the program, in plain words, and confirmed as that very one', async () => {
    const shown = pageOf(await alice.get(page(app)));
    expect(shown.textOf('[aria-labelledby=clashes]')).toMatch(/bob has the same (email|name)/);
    expect(shown.textOf('[aria-labelledby=errors]')).toContain('There is a user');
    expect(pageOf(await alice.get('/provisioning')).textOf('main')).toMatch(/alice.*1 clash/);
    const audit = await watchAudit(app);
    await confirm('bob');
    expect((await audit.since()).map(({ action, subjectName }) => [action, subjectName])).toEqual([
      ['provisioning.confirmed', 'bob'],
    ]);
    const { body } = await idp.find('Users', 'userName eq "robert"');
    expect(body.Resources).toMatchObject([{ id: `user-${app.people.bob}`, active: true }]);
  });

  it('keeps their email at the first word, password and sessions with it; a later one is to be confirmed, and both are told', async () => {
    const bob = await signedIn(app, 'bob');
    const said = { userName: 'robert', externalId: 'x-bob', emails: [{ value: 'robert@corp.example', primary: true }] };
    const taken = await idp.ask('post', '/Users', said);
    expect([taken.status, taken.body.id]).toEqual([201, `user-${app.people.bob}`]);
    expect(await row(app, app.people.bob)).toMatchObject({
      name: 'bob',
      email: 'bob@example.com',
      confirmed_email: null,
    });
    expect(taken.body.emails).toEqual([{ value: 'bob@example.com', primary: true }]);
    expect((await bob.get('/credentials')).status).toBe(200);
    expect((await idp.ask('post', '/Users', said)).status).toBe(409);

    await idp.ask('put', `/Users/user-${app.people.bob}`, said);
    const now = await row(app, app.people.bob);
    expect(now).toMatchObject({ email: 'robert@corp.example', confirmed_email: 'bob@example.com' });
    const told = await app.db.read('outbox').where({ user_id: app.people.bob, kind: 'email-changed' }).pluck('address');
    expect(told.toSorted()).toEqual(['bob@example.com', 'robert@corp.example']);
  });

  it('is another, if somebody says so, and whoever may not change both decides nothing', async () => {
    await idp.ask('post', '/Users', { userName: 'carol@example.com' });
    const shown = pageOf(await alice.get(page(app)));
    const path = shown.$('li:contains("carol") form').attr('action')!;
    const max = await signedIn(app, 'max');
    expect((await max.post(path)).status).toBe(403);
    expect((await max.post(path.replace('/refusal', '/confirmation'))).status).toBe(403);
    // A program that they may change wants somebody whom they may not.
    const [{ id }] = await app.db.write((trx) =>
      trx('provisioning_clashes')
        .insert({
          provisioner_id: app.people.bob,
          kind: 'user',
          subject_id: app.people.ada,
          name: 'ada',
          reason: 'name',
          first_at: '2026-11-01T00:00:00.000Z',
          last_at: '2026-11-01T00:00:00.000Z',
        })
        .returning('id'),
    );
    const stronger = await max.post(pathTo(app, 'bob', `/provisioning/${id}/refusal`));
    expect([stronger.status, stronger.text]).toEqual([403, expect.stringContaining('rights that you do not hold')]);
    expect((await alice.post(path)).status).toBe(303);
    expect((await idp.ask('post', '/Users', { userName: 'carol@example.com' })).status).toBe(409);
    expect(pageOf(await alice.get(page(app))).textOf('[aria-labelledby=clashes]')).toMatch(/Decided before.*carol/);
  });

  it('is a group as well', async () => {
    const before = await everything(app);
    expect((await idp.ask('post', '/Groups', { displayName: 'support' })).status).toBe(409);
    const support = await groupId(app, 'Support');
    expect((await idp.get(`/Groups/group-${support}`)).status).toBe(404);
    expect((await everything(app)).memberships).toEqual(before.memberships);
    await confirm('Support');
    const { body } = await idp.find('Groups', 'displayName eq "Support"');
    expect(body.Resources).toMatchObject([{ id: `group-${support}` }]);
    // Whoever is in it besides the program's own stays, and is not told.
    expect(body.Resources[0].members.map(({ value }: { value: string }) => value)).toEqual([`user-${app.people.bob}`]);
    await idp.ask('put', `/Groups/group-${support}`, { displayName: 'Support', members: [] });
    expect(await app.db.read('memberships').where({ group_id: support, user_id: app.people.bob })).toEqual([]);
    expect(await app.db.read('memberships').where({ group_id: support, user_id: app.people.lena })).toHaveLength(1);
  });

  it('is shown as provisioned on the record, and edits are warned about', async () => {
    const record = pageOf(await alice.get(pathTo(app, 'bob')));
    expect(record.textOf('[aria-labelledby=provisioned]')).toMatch(/By SCIM\s*alice.*robert.*x-bob/s);
    const form = pageOf(await alice.get(pathTo(app, 'bob', '/edit')));
    expect(form.textOf('#provisioned-note')).toMatch(/writes these over.*Name, System email/s);
    const sheet = pageOf(await alice.get(pathTo(app, 'bob', '/deactivation/new')));
    expect(sheet.textOf('main')).toContain('Provisioned by alice, which may say otherwise');
    expect(pageOf(await alice.get(pathTo(app, 'erin', '/deactivation/new'))).textOf('main')).not.toContain(
      'Provisioned',
    );
    const ids = `${app.people.bob},${app.people.erin}`;
    const draft = await alice.post('/bulk-operations', { action: 'deactivate', ids });
    expect(pageOf(await alice.get(draft.headers.location)).textOf('main')).toContain('1 user of them is provisioned');
    const support = await groupId(app, 'Support');
    expect(pageOf(await alice.get(`/groups/${support}`)).textOf('main')).toMatch(/Provisioned\s+by alice/);
    expect(pageOf(await alice.get(`/groups/${support}/edit`)).textOf('main')).toContain('provisioned by alice');
  });
});

describe('who was deleted by the program (R80)', () => {
  it('comes back by the same externalId, without old passwords, sessions, tokens, or groups beyond those pushed', async () => {
    const pushed = await idp.group('Pushed');
    const said = { userName: 'erin', externalId: 'x-erin', emails: [{ value: 'erin@example.com' }] };
    await idp.ask('post', '/Users', said);
    await confirm('erin');
    expect((await idp.ask('post', '/Users', said)).status).toBe(201);
    const erin = app.people.erin;
    await idp.patch(`/Groups/${pushed}`, { op: 'add', path: 'members', value: [{ value: `user-${erin}` }] });
    const support = Number(await groupId(app, 'Support'));
    await app.db.write(async (trx) => {
      await trx('memberships').where({ user_id: erin, group_id: support }).delete();
      await trx('memberships').insert({ user_id: erin, group_id: support, granted_at: '2026-01-01T00:00:00.000Z' });
    });
    expect((await row(app, erin)).password_hash).not.toBeNull();
    expect((await idp.ask('delete', `/Users/user-${erin}`)).status).toBe(204);
    expect((await idp.get(`/Users/user-${erin}`)).status).toBe(404);

    const other = await provisionerAs(app, 'ada');
    const stranger = await other.ask('post', '/Users', {
      ...said,
      userName: 'erin9',
      emails: [{ value: 'e9@example.com' }],
    });
    expect([stranger.status, stranger.body.id === `user-${erin}`]).toEqual([201, false]);

    const back = await idp.ask('post', '/Users', said);
    expect([back.status, back.body.id]).toEqual([201, `user-${erin}`]);
    expect(await row(app, erin)).toMatchObject({ activity: 'active', password_hash: null });
    expect(await app.db.read('memberships').where({ user_id: erin }).pluck('group_id')).toEqual([
      Number(pushed.split('-')[1]),
    ]);
    for (const table of ['sessions', 'passkeys']) expect(await app.db.read(table).where({ user_id: erin })).toEqual([]);
    expect(await app.db.read('tokens').where({ user_id: erin }).whereNull('ended_at')).toEqual([]);
  });

  it('is nobody whom somebody here deleted: that one comes back only if somebody confirms it', async () => {
    const { id, number } = await idp.made({
      userName: 'olga',
      externalId: 'x-olga',
      emails: [{ value: 'olga@corp.example' }],
    });
    await alice.post(`/users/${number}/deletion`);
    expect((await idp.get(`/Users/${id}`)).status).toBe(404);
    const said = { userName: 'olga', externalId: 'x-olga', emails: [{ value: 'olga@corp.example' }] };
    expect((await idp.ask('post', '/Users', said)).status).toBe(409);
    await confirm('olga');
    const back = await idp.ask('post', '/Users', said);
    expect([back.status, back.body.id]).toEqual([201, id]);
  });
});

it('is confirmed no more once the program keeps somebody else of that name', async () => {
  const program = await programAs(app, 'alice');
  const body = { userName: 'rita', emails: [{ value: 'rita@corp.example' }] };
  expect((await idp.ask('post', '/Users', body)).status).toBe(409);
  const renamed = await program.send('patch', pathTo(app, 'rita'), { name: 'margherita' }, { 'If-Match': '*' });
  expect(renamed.status).toBe(200);
  const { number } = await idp.made(body);
  const shown = pageOf(await alice.get(page(app)));
  const path = shown.$('li:contains("margherita") a[href$="/confirmation/new"]').attr('href')!;
  expect((await submit(alice, path)).status).toBe(409);
  const kept = await app.db.read('provisioned_users').where('user_name_key', 'rita').pluck('user_id');
  expect(kept).toEqual([number]);
});
