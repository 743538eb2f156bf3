import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseFilter } from '../../src/provisioning/searching/filter.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { groupId } from '../support/people.ts';
import { programAs } from '../support/program.ts';
import { ACCESS, ENTERPRISE, type Provisioner, provisionerAs } from '../support/provisioner.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;
let idp: Provisioner;
let group: string;
const ids: Record<string, string> = {};
beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
  idp = await provisionerAs(app);
  const people: [string, object][] = [
    ['ann', { name: { familyName: 'Zimmer' }, title: 'Chef', externalId: 'A-1' }],
    ['ben', { name: { familyName: 'Adler' }, title: 'chef de rang', externalId: 'a-1', active: false }],
    ['cleo', { name: { familyName: 'Müller' }, [ENTERPRISE]: { department: 'R&D 100%' } }],
    [
      'dora',
      {
        phoneNumbers: [
          { value: '1', type: 'work' },
          { value: '2', type: 'home' },
        ],
      },
    ],
    ['edda', { phoneNumbers: [{ value: '2', type: 'work' }], [ACCESS]: { noSharedData: true } }],
  ];
  for (const [userName, more] of people)
    ids[userName] = (
      await idp.made({ userName, emails: [{ value: `${userName}@corp.example`, type: 'work' }], ...more })
    ).id;
  group = await idp.group('Kitchen', [ids.ann, ids.ben]);
});
afterAll(() => app.close());

const found = async (filter: string, more = '') => {
  const { status, body } = await idp.find('Users', filter, more);
  expect([filter, status]).toEqual([filter, 200]);
  const names = body.Resources.map((one: { userName: string }) => one.userName);
  expect(body.totalResults).toBe(names.length);
  return names;
};

describe('a filter', () => {
  it.each([
    ['userName eq "ANN"', ['ann']],
    ['userName ne "ann"', ['ben', 'cleo', 'dora', 'edda']],
    ['userName sw "D"', ['dora']],
    ['userName co "l"', ['cleo']],
    ['userName ew "a"', ['dora', 'edda']],
    ['userName gt "cleo"', ['dora', 'edda']],
    ['userName ge "cleo" and userName lt "edda"', ['cleo', 'dora']],
    ['externalId eq "A-1"', ['ann']],
    ['externalId pr', ['ann', 'ben']],
    ['not (externalId pr)', ['cleo', 'dora', 'edda']],
    ['active eq true', ['ann', 'cleo', 'dora', 'edda']],
    ['active eq "False"', ['ben']],
    ['active eq false or title eq "chef"', ['ann', 'ben']],
    ['title sw "chef" and not (active eq false)', ['ann']],
    ['title pr', ['ann', 'ben']],
    ['title eq null', ['cleo', 'dora', 'edda']],
    ['name.familyName eq "müller"', ['cleo']],
    ['name.familyName co "m"', ['ann', 'cleo']],
    ['emails eq "ben@corp.example"', ['ben']],
    ['emails.value eq "BEN@corp.example"', ['ben']],
    ['emails[type eq "work"].value eq "ben@corp.example"', ['ben']],
    ['emails[type eq "work" and value eq "ben@corp.example"]', ['ben']],
    ['emails[type eq "home"].value eq "ben@corp.example"', []],
    ['phoneNumbers[type eq "work" and value eq "2"]', ['edda']],
    ['phoneNumbers[type eq "home" or value eq "1"]', ['dora']],
    ['phoneNumbers[not (type eq "work")]', ['dora']],
    ['phoneNumbers pr', ['dora', 'edda']],
    [`${ENTERPRISE}:department eq "r&d 100%"`, ['cleo']],
    [`${ENTERPRISE}:department ew "0%"`, ['cleo']],
    [`${ENTERPRISE}:department ew "0_"`, []],
    [`${ACCESS}:noSharedData eq true`, ['edda']],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ann"', ['ann']],
    ['meta.resourceType eq "User" and userName eq "ann"', ['ann']],
    ['meta.lastModified gt "2020-01-01T00:00:00Z" and userName pr and title pr', ['ann', 'ben']],
    ['meta.created lt "2020-01-01T00:00:00Z"', []],
    ['shoeSize eq "42"', []],
    ['shoeSize ne "42" and title pr', ['ann', 'ben']],
    ['password eq "x"', []],
    ['id eq "1"', []],
  ])('%s', async (filter, names) => {
    expect(await found(filter)).toEqual(names);
  });

  it('knows ids and groups', async () => {
    expect(await found(`id eq "${ids.cleo}"`)).toEqual(['cleo']);
    expect(await found(`groups.value eq "${group}"`)).toEqual(['ann', 'ben']);
    const groups = (filter: string) => idp.find('Groups', filter).then(({ body }) => body.totalResults);
    expect(await groups('displayName eq "KITCHEN"')).toBe(1);
    expect(await groups(`members.value eq "${ids.ann}"`)).toBe(1);
    expect(await groups(`members[value eq "${ids.cleo}"]`)).toBe(0);
    expect(await groups('displayName sw "K" and not (externalId pr)')).toBe(1);
    expect(await groups('userName eq "ann"')).toBe(0);
  });

  it('knows nothing of the groups and members that others keep, and of no word that only programs know (R86, R88)', async () => {
    const { bob } = app.people;
    const support = await groupId(app, 'Support');
    const program = await programAs(app, 'alice');
    const own = [bob, group.split('-')[1], ids.cleo.split('-')[1]] as const;
    expect((await program.send('put', `/users/${own[2]}/groups/${support}`, {})).status).toBe(200);
    expect((await program.send('put', `/users/${bob}/groups/${own[1]}`, {})).status).toBe(200);
    expect(await found(`groups.value eq "group-${support}"`)).toEqual([]);
    expect(await found('groups pr')).toEqual(['ann', 'ben']);
    const groups = (filter: string) => idp.find('Groups', filter).then(({ body }) => body.totalResults);
    expect(await groups(`members.value eq "user-${bob}"`)).toBe(0);
    const empty = await idp.group('Empty');
    expect((await program.send('put', `/users/${bob}/groups/${empty.split('-')[1]}`, {})).status).toBe(200);
    expect(await groups('members pr')).toBe(1);
    expect((await idp.ask('delete', `/Groups/${empty}`)).status).toBe(204);
    for (const kind of ['Users', 'Groups'] as const) {
      expect((await idp.get(`/${kind}?sortBy=constructor`)).status).toBe(200);
      expect((await idp.find(kind, 'constructor gt "a"')).body.totalResults).toBe(0);
    }
  });

  it('is refused in words where it cannot be read, is too long, too deep or compares too often (R80)', async () => {
    const deep = `${'('.repeat(40)}userName pr${')'.repeat(40)}`;
    const not = `${'not ('.repeat(400)}userName pr${')'.repeat(400)}`;
    for (const filter of [
      '',
      'userName',
      'userName eq',
      'userName eq ann',
      'userName like "x"',
      'userName eq "ann" or',
      '(userName pr',
      'userName pr)',
      'emails[type eq "work"',
      '"x" eq userName',
      'userName eq {}',
      'active gt true',
      'active eq "perhaps"',
      'meta.created gt "yesterday"',
      'a.b.c eq 1',
      deep,
      not,
      Array.from({ length: 60 }, () => 'userName pr').join(' or '),
      `userName eq "${'x'.repeat(3000)}"`,
    ]) {
      const { status, body } = await idp.find('Users', filter);
      expect([filter.slice(0, 40), status, body.scimType]).toEqual([filter.slice(0, 40), 400, 'invalidFilter']);
    }
  });

  it('binds and before or, and not before both', () => {
    expect(parseFilter('a pr or b pr and not (c pr)')).toEqual({
      kind: 'or',
      parts: [
        { kind: 'present', path: { attribute: 'a' } },
        {
          kind: 'and',
          parts: [
            { kind: 'present', path: { attribute: 'b' } },
            { kind: 'not', part: { kind: 'present', path: { attribute: 'c' } } },
          ],
        },
      ],
    });
  });
});

it('is counted anew after each change, whoever makes it', async () => {
  const count = async (filter: string) => (await idp.find('Users', filter, '&count=0')).body.totalResults;
  const filters = ['title sw "chef"', 'userName pr', 'title eq "chef" and active eq true', 'emails.value co "corp"'];
  const counts = () => Promise.all(filters.map(count));
  expect(await counts()).toEqual([2, 5, 1, 5]);
  const { id, number } = await idp.made({ userName: 'fred', title: 'Chef', emails: [{ value: 'fred@corp.example' }] });
  expect(await counts()).toEqual([3, 6, 2, 6]);
  const alice = await signedIn(app, 'alice');
  await alice.post(`/users/${number}/deactivation`);
  expect(await counts()).toEqual([3, 6, 1, 6]);
  await idp.patch(`/Users/${id}`, { op: 'remove', path: 'title' });
  expect(await counts()).toEqual([2, 6, 1, 6]);
  await alice.post(`/users/${number}/deletion`);
  expect(await counts()).toEqual([2, 5, 1, 5]);
});

describe('a page', () => {
  const names = async (query: string) => {
    const { body } = await idp.get(`/Users?${query}`);
    return { ...body, names: body.Resources.map((one: { userName: string }) => one.userName) };
  };

  it('is so long as was asked, begins where it was asked, and says how many there are', async () => {
    expect(await names('count=2')).toMatchObject({ totalResults: 5, itemsPerPage: 2, names: ['ann', 'ben'] });
    expect(await names('count=2&startIndex=3')).toMatchObject({ startIndex: 3, names: ['cleo', 'dora'] });
    expect(await names('count=2&startIndex=5')).toMatchObject({ names: ['edda'] });
    expect(await names('count=2&startIndex=4')).toMatchObject({ names: ['dora', 'edda'] });
    expect(await names('startIndex=9')).toMatchObject({ totalResults: 5, names: [] });
    expect(await names('startIndex=-3&count=1')).toMatchObject({ startIndex: 1, names: ['ann'] });
    expect(await names('count=0')).toMatchObject({ totalResults: 5, names: [] });
    expect(await names('count=-1')).toMatchObject({ names: [] });
    expect((await idp.get('/Users?count=ten')).status).toBe(400);
    expect((await idp.get('/Users?count=1&count=2')).status).toBe(400);
  });

  it('is in the order that was asked for, those without a value last, however it is paged', async () => {
    const paged = async (order: string, count: number) => {
      const all: string[] = [];
      for (let n = 1; n <= 5; n += count) all.push(...(await names(`${order}&startIndex=${n}&count=${count}`)).names);
      return all;
    };
    for (const [order, sorted] of [
      ['sortBy=userName&sortOrder=descending', ['edda', 'dora', 'cleo', 'ben', 'ann']],
      ['sortBy=name.familyName', ['ben', 'cleo', 'ann', 'dora', 'edda']],
      ['sortBy=name.familyName&sortOrder=descending', ['ann', 'cleo', 'ben', 'dora', 'edda']],
      ['sortBy=title', ['ann', 'ben', 'cleo', 'dora', 'edda']],
      ['sortBy=emails.value', ['ann', 'ben', 'cleo', 'dora', 'edda']],
      ['sortBy=meta.created&sortOrder=descending', ['edda', 'dora', 'cleo', 'ben', 'ann']],
    ] as [string, string[]][])
      for (const count of [5, 2, 1]) expect([order, count, await paged(order, count)]).toEqual([order, count, sorted]);
    // From the middle on, without the pages before it.
    const fresh = await idp.get('/Users?sortBy=name.familyName&startIndex=4&count=2&filter=userName%20pr');
    expect(fresh.body.Resources.map((one: { userName: string }) => one.userName)).toEqual(['dora', 'edda']);
  });

  it('says as much as was asked', async () => {
    const { body } = await idp.get(`/Users/${ids.cleo}?attributes=userName,name.familyName,${ENTERPRISE}:department`);
    expect(body).toEqual({
      schemas: expect.any(Array),
      id: ids.cleo,
      userName: 'cleo',
      name: { familyName: 'Müller' },
      [ENTERPRISE]: { department: 'R&D 100%' },
    });
    const without = await idp.get(`/Users/${ids.cleo}?excludedAttributes=emails.type,name,id`);
    expect(without.body).toMatchObject({ id: ids.cleo, emails: [{ value: 'cleo@corp.example' }] });
    expect(without.body.emails[0].type).toBeUndefined();
    expect(without.body.name).toBeUndefined();
    expect((await idp.get(`/Groups?excludedAttributes=members`)).body.Resources[0].members).toBeUndefined();
    expect((await idp.get(`/Groups`)).body.Resources[0].members).toHaveLength(2);
    expect((await idp.get(`/Users?attributes=userName&excludedAttributes=name`)).status).toBe(400);
  });

  it('is found by a search in the body as well, of users and groups together', async () => {
    const search = {
      filter: 'meta.resourceType eq "Group" or userName sw "a"',
      attributes: ['userName', 'displayName'],
    };
    const { body } = await idp.ask('post', '/.search', search);
    expect(body).toMatchObject({ totalResults: 2, Resources: [{ userName: 'ann' }, { displayName: 'Kitchen' }] });
    const second = await idp.ask('post', '/.search', { ...search, startIndex: 2, count: 1 });
    expect(second.body.Resources).toMatchObject([{ displayName: 'Kitchen' }]);
    expect((await idp.ask('post', '/Users/.search', { filter: 'userName eq "ben"' })).body.totalResults).toBe(1);
    expect((await idp.ask('post', '/Groups/.search', { sortBy: 'displayName' })).body.totalResults).toBe(1);
  });
});
