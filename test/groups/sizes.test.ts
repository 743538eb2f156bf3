import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addContacts } from '../../seeds/house.ts';
import type { Level } from '../../src/access/rights.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCrowd, addGroups } from '../support/crowd.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';
import { asked } from '../support/statements.ts';

/** Members of the large group, and groups that grant the right, of the smaller house and of the larger one. */
const MEMBERS = [300, 900] as const;
const GROUPS = [60, 600] as const;
const AT = '2026-11-01T12:00:00.000Z';
/** A page of members, the fifty groups that are shown, and what they name. */
const MOST_ROWS = 200;
const PUBLIC = { activity: 'active' as const, owner_user_id: null, owner_group_id: null };

interface House {
  app: TestApp;
  alice: Session;
  paths: Record<string, string>;
}

describe('the pages of a group and of rights', () => {
  const houses: House[] = [];
  beforeAll(async () => {
    for (const n of [0, 1] as const) houses.push(await house(MEMBERS[n], GROUPS[n]));
  });
  afterAll(() => Promise.all(houses.map(({ app }) => app.close())));

  it.each([
    'the group',
    'the contacts of a group',
    'the people of a company',
    'its members found',
    'what to do to them all',
    'applications',
    'who may read',
    'who may write',
    'why somebody has the right',
    'what deactivating the group does',
    'what changing its permissions does',
    'deleting an application',
    'the user form',
  ])('ask as little of a large house as of a small one: %s', async (name) => {
    const [small, large] = await Promise.all(houses.map((one) => read(one, name)));
    expect(new Set(large.statements.map(inEitherWay))).toEqual(new Set(small.statements.map(inEitherWay)));
    expect(large.statements.length).toBeLessThanOrEqual(small.statements.length + 2);
    expect(large.rows).toBeLessThan(MOST_ROWS);
    // A count comes as one row, however many are looked at for it. Of a user there is one contact at most.
    const counted = large.statements.map((sql) => sql.replaceAll(OF_THEIR_CONTACT, ''));
    expect(counted.filter((sql) => /count\(.*from `(memberships|contacts)`/.test(sql))).toEqual([]);
  });
});

const OF_THEIR_CONTACT = /count\(\*\) from `contacts`[^()]*`contacts`\.`id` = `users`\.`contact_id`/g;

async function house(members: number, groups: number): Promise<House> {
  const app = await startApp();
  const surroundings = await addCrowd(app, members);
  await addContacts(app.db, surroundings, { contacts: members * 2, at: AT, onProgress: () => {} });
  await addGroups(app, groups);
  const support = Number(await groupId(app, 'Support'));
  const administrators = Number(await groupId(app, 'Administrators'));
  await app.db.write(async (trx) => {
    const users: number[] = await trx('users').where('id', '>', app.people.robin).pluck('id');
    const memberships = users.map((user_id) => ({ user_id, group_id: support, granted_at: AT }));
    await trx('memberships').where('group_id', support).delete();
    await trx.batchInsert('memberships', memberships, 100);
    const granting: number[] = await trx('groups').where('name', 'like', 'Team %').pluck('id');
    const levels = (application: string, level: Level) =>
      granting.map((group_id) => ({ group_id, application, level }));
    await trx.batchInsert('group_permissions', [...levels('contacts', 'write'), ...levels('groups', 'read')], 100);
    const [company] = await trx('contacts')
      .where({ kind: 'company', ...PUBLIC })
      .limit(1)
      .pluck('id');
    await trx('contacts')
      .where({ kind: 'person', ...PUBLIC })
      .update({ company_id: company });
    await trx('contacts')
      .where({ kind: 'company', ...PUBLIC })
      .whereNot('id', company)
      .update({ owner_group_id: administrators });
    await trx('applications').insert({ key: 'payroll', name: 'Payroll', description: '', created_at: AT });
  });
  const alice = await signedIn(app, 'alice');
  const draft = { subject: 'group', action: 'deactivate', ids: String(support) };
  const sheet = (await alice.post('/bulk-operations', draft)).headers.location;
  const paths = {
    'the group': `/groups/${support}`,
    'the contacts of a group': `/groups/${administrators}`,
    'the people of a company': `/contacts/${await largestCompany(app)}`,
    'its members found': `/groups/${support}?q=a`,
    'what to do to them all': `/groups/${support}/members/edit?scope=all&q=zzz`,
    applications: '/applications',
    'who may read': '/applications/contacts',
    'who may write': '/applications/contacts?level=write',
    'why somebody has the right': `/users/${app.people.bob}/permissions?application=contacts&level=write`,
    'what deactivating the group does': sheet,
    'what changing its permissions does': `/groups/${support}/permissions/edit`,
    'deleting an application': '/applications/payroll/deletion/new',
    'the user form': `/users/${app.people.bob}/edit`,
  };
  // What is counted in memory is read once, and who is looked up by the session.
  await app.context.contactIndex.refresh();
  for (const path of Object.values(paths)) await alice.get(path);
  return { app, alice, paths };
}

/** Few are put in order by themselves, of more the order is walked: either takes as long as the page. */
function inEitherWay(sql: string): string {
  return sql.replace(/ where `id` in \(select value from json_each\(\?\)\)(?= order by `sort_name`)/, '');
}

async function largestCompany({ db }: TestApp): Promise<number> {
  const [id] = await db
    .read('contacts')
    .whereNotNull('company_id')
    .groupBy('company_id')
    .orderByRaw('count(*) desc')
    .pluck('company_id');
  return id;
}

function read({ app, alice, paths }: House, name: string) {
  return asked(app, async () => expect([200, 303]).toContain((await alice.get(paths[name])).status));
}
