import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit } from '../support/database.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let lena: Session;
let bob: Session;
let path: string;
beforeEach(async () => {
  app = await startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });
  lena = await signedIn(app, 'lena');
  bob = await signedIn(app, 'bob');
  path = `/led-groups/${await groupId(app, 'Support')}`;
});
afterEach(() => app.close());

const DAYS = 24 * 3_600_000;
const ids = (...people: ('bob' | 'lena' | 'carol')[]) => people.map((person) => String(app.people[person]));
const leaderOfSupport = async () => (await app.db.read('groups').where('name', 'Support').first()).leader_id;

describe('a deputy', () => {
  beforeEach(async () => {
    await lena.get(`${path}/lead`);
    expect((await lena.post(`${path}/deputy`, { deputy: 'bob', untilAt: '2026-12-01' })).status).toBe(303);
  });

  it('leads while named, as the leader does, and is told', async () => {
    expect((await bob.get('/')).headers.location).toBe('/led-groups');
    expect(pageOf(await bob.get(path)).textOf('.under')).toContain('you are deputy leader');
    expect((await bob.send('delete', `${path}/members`, { ids: ids('carol') })).status).toBe(303);
    const mail = await app.db.read('outbox').where('kind', 'leads-group').first();
    expect([mail.user_id, JSON.parse(mail.facts)]).toEqual([
      app.people.bob,
      expect.objectContaining({ isDeputy: 'yes', by: 'lena' }),
    ]);
    expect(pageOf(await lena.get(path)).texts('.member .badge')).toContain('Deputy');
    const alice = await signedIn(app, 'alice');
    expect(pageOf(await alice.get(path.replace('led-', ''))).fact('Deputy')).toContain('bob');
  });

  it('names nobody further, hands nothing over, and puts the leader not out (R62)', async () => {
    const before = await factsBesideAudit(app);
    expect((await bob.get(`${path}/lead`)).status).toBe(403);
    expect((await bob.post(`${path}/deputy`, { deputy: 'carol' })).status).toBe(403);
    expect((await bob.send('delete', `${path}/deputy`)).status).toBe(403);
    expect((await bob.post(`${path}/hand-over`, { leader: 'bob' })).status).toBe(403);
    expect((await bob.send('delete', `${path}/members`, { ids: ids('lena') })).status).toBe(403);
    expect((await bob.send('patch', `${path}/members`, { ids: ids('lena'), untilAt: '2026-12-24' })).status).toBe(403);
    expect(await factsBesideAudit(app)).toEqual(before);
  });

  const ends: [string, () => Promise<unknown>][] = [
    ['the day is over', async () => app.clock.advance(11 * DAYS)],
    ['the leader ends it', () => lena.send('delete', `${path}/deputy`)],
    ['another one leads', () => change('groups', { name: 'Support' }, { leader_id: app.people.carol })],
    ['nobody leads', () => change('groups', { name: 'Support' }, { leader_id: null })],
    [
      'they are a member no more',
      () => app.db.write((trx) => trx('memberships').where('user_id', app.people.bob).delete()),
    ],
    [
      'another is named',
      () =>
        lena
          .post(`${path}/deputy`, { deputy: 'bob@example.com', untilAt: '' })
          .then(() => change('deputies', {}, { user_id: app.people.carol })),
    ],
  ];
  const change = (table: string, where: object, columns: object) =>
    app.db.write((trx) => trx(table).where(where).update(columns));
  it.each(ends)('leads no more once %s', async (_, end) => {
    expect((await bob.get(path)).status).toBe(200);
    await end();
    const session = await signedIn(app, 'bob');
    expect([(await session.get(path)).status, (await session.get('/led-groups')).status]).toEqual([404, 404]);
  });

  it('is audited where named and where ended', async () => {
    const audit = await watchAudit(app);
    await lena.post(`${path}/deputy`, { deputy: 'bob', untilAt: '2026-12-01' });
    await lena.send('delete', `${path}/deputy`);
    await lena.send('delete', `${path}/deputy`);
    expect(await audit.actions()).toEqual(['group.deputy-ended']);
  });
});

describe('the lead', () => {
  it('is handed over to a member, and is another’s from then on', async () => {
    const audit = await watchAudit(app);
    expect((await lena.post(`${path}/hand-over`, { leader: 'bob' })).headers.location).toBe('/me');
    expect([await leaderOfSupport(), await audit.actions()]).toEqual([app.people.bob, ['group.updated']]);
    expect([(await lena.get(path)).status, (await bob.get(path)).status]).toEqual([404, 200]);
    expect(await app.db.read('bulk_operations').where('action', 'set-leader').first()).toMatchObject({
      created_by: app.people.lena,
    });
  });

  it.each([
    ['alice', /^No member of the group/],
    ['nobody', /^No member of the group/],
    ['carol', /^carol cannot sign in/],
    ['dave', /^dave cannot sign in/],
    ['lena', /^That is yourself/],
    ['', /^Enter who/],
  ])('goes to nobody like “%s”', async (who, message) => {
    for (const [rest, field] of [
      ['hand-over', 'leader'],
      ['deputy', 'deputy'],
    ]) {
      const answer = await lena.post(`${path}/${rest}`, { [field]: who });
      const page = pageOf(answer);
      expect([answer.status, page.errors()[field]]).toEqual([
        422,
        expect.stringMatching(field === 'deputy' && who === '' ? /^Enter who/ : message),
      ]);
      expect(page.$(`#${field}`).attr('value')).toBe(who);
    }
    expect(await leaderOfSupport()).toBe(app.people.lena);
    expect(await app.db.read('deputies')).toEqual([]);
  });

  it('of a group that makes administrators is only said by these', async () => {
    await app.db.write(async (trx) =>
      trx('group_permissions').insert({
        group_id: Number(path.split('/').at(-1)),
        application: 'users',
        level: 'write',
      }),
    );
    expect((await lena.get(`${path}/lead`)).status).toBe(403);
    expect((await lena.post(`${path}/hand-over`, { leader: 'bob' })).status).toBe(403);
  });
});

it('shows a leader when their people were here last, and all who did not come in yet to be reinvited', async () => {
  const page = pageOf(await lena.get(path));
  expect(page.textOf(`#member-${app.people.bob}`)).toMatch(/last sign-in .* last active/);
  expect(page.textOf(`#member-${app.people.carol}`)).toContain('never signed in');
  const reinvite = page.$('a:contains("who waits")').attr('href')!;
  expect(pageOf(await lena.get(reinvite)).typed().ids).toBe(String(app.people.carol));
});
