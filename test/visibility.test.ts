import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routesOf } from '../faults/routes.ts';
import type { Level } from '../src/access/rights.ts';
import { startApp, type TestApp } from './support/app.ts';
import { send, submit } from './support/form.ts';
import { pageOf } from './support/page.ts';
import { groupId, newcomer, pathTo } from './support/people.ts';
import { type Session, signedIn } from './support/session.ts';

const ORIGIN = 'from where somebody came';
/** From where one came oneself is no secret. */
const isOwn = (path: string) => path.startsWith('/credentials');

/** What stands on each record, in a word that stands nowhere else. */
const SECRETS = {
  'what is said of a user': ['Hushdescription', 'Hushusertag', '13 Jan 2031', 'Hushreason'],
  'what is said of a group': ['Hushgroupwords', 'Hushgrouptag'],
  'a group that nobody is in': ['Hushempty'],
  'a private contact': ['Hush Person', 'Hushcontacttag', '555 0100'],
  [ORIGIN]: ['from 127.0.0.1'],
} as const;

type Secret = keyof typeof SECRETS;

interface Standing {
  viewer: string;
  /** What their own group grants; the group may have been deleted, and restored. */
  rights: Record<string, Level>;
  group?: 'deleted' | 'restored';
  leads?: true;
  /** All that they may know of it. */
  knows: Secret[];
}

const STANDINGS: Standing[] = [
  {
    viewer: 'a reader of users',
    rights: { users: 'read' },
    knows: ['what is said of a user', 'from where somebody came'],
  },
  {
    viewer: 'a writer of users alone',
    rights: { users: 'write' },
    knows: ['what is said of a user', 'from where somebody came'],
  },
  { viewer: 'a writer of contacts alone', rights: { contacts: 'write' }, knows: [] },
  {
    viewer: 'a writer of users and contacts',
    rights: { users: 'write', contacts: 'write' },
    knows: ['what is said of a user', 'from where somebody came'],
  },
  {
    viewer: 'a reader of groups alone',
    rights: { groups: 'read' },
    knows: ['what is said of a group', 'a group that nobody is in'],
  },
  {
    viewer: 'a reader of groups, deleted and restored',
    rights: { groups: 'read' },
    group: 'restored',
    knows: ['what is said of a group', 'a group that nobody is in'],
  },
  {
    viewer: 'one whose group is deleted',
    rights: { users: 'write', groups: 'write', contacts: 'write', audit: 'read' },
    group: 'deleted',
    knows: [],
  },
  { viewer: 'a reader of contacts', rights: { contacts: 'read' }, knows: [] },
  // Which groups there were is a part of what was done.
  {
    viewer: 'a reader of the audit',
    rights: { audit: 'read' },
    knows: ['a group that nobody is in', 'from where somebody came'],
  },
  {
    viewer: 'an auditor of users and contacts',
    rights: { audit: 'read', users: 'read', contacts: 'read' },
    knows: ['what is said of a user', 'a group that nobody is in', 'from where somebody came'],
  },
  { viewer: 'a holder of a registered application', rights: { 'time-sheets': 'write' }, knows: [] },
  { viewer: 'whoever sets Roster up', rights: { settings: 'write' }, knows: [] },
  { viewer: 'a leader', rights: {}, leads: true, knows: [] },
];

describe.each(STANDINGS)('$viewer', ({ rights, group, leads, knows }) => {
  let app: TestApp;
  let session: Session;
  let pages: { path: string; main: string }[];
  /** Every way to a record that the pages show, with the first page that does. */
  let ways: Map<string, string>;

  beforeAll(async () => {
    app = await startApp();
    const viewer = await newcomer(app, 'vera');
    session = viewer.session;
    await plant(app, viewer.alice);
    await stand(app, viewer.id);
    ways = new Map();
    pages = await walk();
  });
  afterAll(() => app.close());

  /** A member of a group with these rights, or its leader without any. */
  async function stand(to: TestApp, id: number): Promise<void> {
    const at = '2026-11-01T12:00:00.000Z';
    const support = Number(await groupId(to, 'Support'));
    await to.db.write(async (trx) => {
      const [own] = await trx('groups')
        .insert({ name: 'Standing', name_key: 'standing', created_at: at })
        .returning('id');
      for (const [application, level] of Object.entries(rights))
        await trx('group_permissions').insert({ group_id: own.id, application, level });
      await trx('memberships').insert({ user_id: id, group_id: own.id, granted_at: at });
      if (!leads) return;
      await trx('memberships').insert({ user_id: id, group_id: support, granted_at: at });
      await trx('groups').where('id', support).update({ leader_id: id, description: '' });
    });
    const alice = await signedIn(to, 'alice');
    for (const action of { deleted: ['delete'], restored: ['delete', 'activate'] }[group!] ?? []) {
      const draft = await alice.post('/bulk-operations', {
        subject: 'group',
        action,
        ids: await groupId(to, 'Standing'),
      });
      await alice.post(`${draft.headers.location}/execution`);
    }
  }

  /** Every page that there is, of every record in question, asked for in every way that could tell more. */
  async function walk(): Promise<{ path: string; main: string }[]> {
    const tags: { id: number }[] = await app.db.read('tags').select('id');
    const ofLists = [
      '',
      '?q=hush',
      `?${tags.map(({ id }) => `tag=${id}`).join('&')}&activity=active&activity=deleted&groups=all&per=200`,
      '?subject=Hush+Person',
      '?actor=alice',
    ];
    const ofRecords = ['', '?before=999999', '?application=contacts&level=read'];
    const patterns = routesOf(app.express)
      .filter((route) => route.startsWith('get ') && !/:token|assets|interface|metrics|health/.test(route))
      .map((route) => route.slice(4));
    const found: { path: string; main: string }[] = [];
    for (const pattern of patterns)
      for (const id of await idsOf(pattern))
        for (const query of pattern.includes(':') ? ofRecords : ofLists) {
          const path = pattern.replace(/:(id|key)/, String(id)) + query;
          const answer = await session.get(path);
          if (answer.status !== 200) break;
          for (const [, way] of answer.text.matchAll(
            /href="(\/(?:users|groups|led-groups|contacts|applications)\/[\w-]+)"/g,
          ))
            if (!ways.has(way)) ways.set(way, path);
          found.push({ path, main: readable(answer) }, ...(await suggestions(path, answer)));
        }
    return found;
  }

  it('is led to no record that they may not read', async () => {
    const dead: string[] = [];
    for (const [way, page] of ways) if ((await session.get(way)).status >= 400) dead.push(`${way} on ${page}`);
    expect(dead).toEqual([]);
  });

  /** What the pickers of the page suggest to who types what is secret. */
  async function suggestions(path: string, answer: { type: string; text: string }) {
    if (answer.type !== 'text/html' || !answer.text.includes('class="picker"')) return [];
    const found: { path: string; main: string }[] = [];
    for (const button of pageOf(answer).$('.picker button[value^="find "]').toArray()) {
      const step = button.attribs.value;
      const search = pageOf(answer).$(`button[value="${step}"]`).prevAll('input').attr('name')!;
      const sought = await send(session, answer, { [search]: 'hush', step });
      found.push({ path: `${path}: ${step}`, main: readable(sought) });
    }
    return found;
  }

  /** What stands for `:id` or `:key`: the records of which something is to be known. */
  async function idsOf(pattern: string): Promise<(number | string)[]> {
    if (pattern.includes(':key')) return ['contacts', 'time-sheets'];
    if (!pattern.includes(':id')) return [0];
    if (pattern.startsWith('/users')) return [app.people.bob, app.people.robin, app.people.carol];
    const [table, names] = pattern.startsWith('/contacts')
      ? ['contacts', ['Hush Person', 'Bob Schmidt']]
      : ['groups', ['Support', 'Hushempty', 'Standing']];
    return app.db.read(table).whereIn('name', names).pluck('id');
  }

  it.each(Object.keys(SECRETS) as Secret[])('reads %s where they may, and nowhere else (R86)', (secret) => {
    for (const word of SECRETS[secret]) {
      const told = pages
        .filter(({ path, main }) => main.includes(word) && !(secret === ORIGIN && isOwn(path)))
        .map(({ path }) => path);
      if (knows.includes(secret)) expect([word, told]).toEqual([word, expect.arrayContaining([expect.any(String)])]);
      else expect([word, told]).toEqual([word, []]);
    }
  });
});

/** The text of the page; what they asked for themselves tells them nothing. */
function readable(answer: { type: string; text: string }): string {
  if (answer.type !== 'text/html' || !WORDS.some((word) => answer.text.includes(word))) return answer.text;
  const page = pageOf(answer);
  page.$('input').remove();
  return page.$('main').text();
}

const WORDS = Object.values(SECRETS).flat();

/** Alice writes it down: on a user who changes groups with it, a group, an empty one, and a contact of her own. */
async function plant(app: TestApp, alice: Session): Promise<void> {
  const support = `/groups/${await groupId(app, 'Support')}`;
  await submit(alice, '/applications/new', { key: 'time-sheets', name: 'Time sheets' });
  await submit(alice, `${support}/edit`, { description: 'Hushgroupwords', tags: 'Hushgrouptag' });
  await submit(alice, '/groups/new', { name: 'Hushempty' });
  const contact = await submit(alice, '/contacts/new?kind=person', {
    name: 'Hush Person',
    owner: 'private',
    phones: '555 0100',
    tags: 'Hushcontacttag',
  });
  await submit(alice, `${contact.headers.location}/link/new`, { user: 'carol' });
  await submit(alice, pathTo(app, 'bob', '/edit'), {
    description: 'Hushdescription',
    tags: 'Hushusertag',
    leavesAt: '2031-01-13',
    groups: [],
  });
  await submit(alice, pathTo(app, 'robin', '/edit'), {
    apiOnlyReason: 'Hushreason',
    groups: [await groupId(app, 'Support')],
  });
}
