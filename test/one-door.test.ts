import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../seeds/cast.ts';
import { ALL_RIGHTS } from '../src/access/rights.ts';
import { instant } from '../src/clock.ts';
import { createGroup } from '../src/groups/actions/group-creation.ts';
import { lookAfterIdle } from '../src/idle-accounts/actions/idle-run.ts';
import { USUAL_DAYS } from '../src/idle-accounts/idle-rule.ts';
import { setIdleRule } from '../src/idle-accounts/idle-rule-store.ts';
import { commandLineAct } from '../src/verbs/program-act.ts';
import { startApp, type TestApp } from './support/app.ts';
import { applied } from './support/apply.ts';
import { asked as askedFor } from './support/asking.ts';
import { rosterBeside } from './support/command-line.ts';
import { addContact } from './support/contacts.ts';
import { send, submit } from './support/form.ts';
import { pageOf } from './support/page.ts';
import { groupId, pathTo } from './support/people.ts';
import { programAs } from './support/program.ts';
import { ACCESS, PATCH, provisionerAs } from './support/provisioner.ts';
import { type Fields, type Session, signedIn } from './support/session.ts';

let app: TestApp;
let by: Session;
/** Who tries it. */
let trying: Person;

beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

const PATHS = [
  ...([
    'record',
    'leaving',
    'form',
    'bulk',
    'schedule',
    'paste',
    'import',
    'command',
    'command import',
    'file',
  ] as const),
  ...(['interface', 'interface bulk', 'interface schedule', 'scim', 'idle rule'] as const),
  ...(['command schedule', 'asking'] as const),
] as const;
type Path = (typeof PATHS)[number];
/** Gives what it was answered with. */
type Attempt = () => Promise<string>;

interface Rule {
  rule: string;
  who: Person;
  said: RegExp;
  setup?: () => Promise<unknown>;
  /** A path on which it cannot be tried says why. */
  on: Record<Path, Attempt | string>;
}

const id = (person: Person) => String(app.people[person]);
const set = (person: Person, columns: object) =>
  app.db.write((trx) => trx('users').where('id', app.people[person]).update(columns));
const words = (answer: { text: string }) => pageOf(answer).textOf('main');
const follow = async (sent: { status: number; text: string; headers: Record<string, string> }) =>
  sent.status === 303 ? by.get(sent.headers.location) : sent;

const record = (person: Person, rest: string): Attempt => {
  return async () => words(await follow(await by.post(pathTo(app, person, rest))));
};

const edit = (person: Person, fields: Fields): Attempt => {
  return async () => words(await submit(by, pathTo(app, person, '/edit'), fields));
};

const bulk = (action: string, ids: () => string, more: Fields = {}): Attempt => {
  return async () => {
    const draft = await by.post('/bulk-operations', { action, ids: ids(), ...more });
    if (draft.status !== 303) return words(draft);
    const done = await by.post(`${draft.headers.location}/execution`);
    return words(await follow(done));
  };
};

/** The same of what asks something before its sheet. */
const chosen = (action: string, ids: () => string, choices: () => Fields): Attempt => {
  return async () => {
    const path = (await by.post('/bulk-operations', { action, ids: ids() })).headers.location;
    await by.post(`${path}/choices`, choices());
    return words(await by.get(path)) + words(await follow(await by.post(`${path}/execution`)));
  };
};

const scheduled = (action: string, person: Person, choices?: () => Fields): Attempt => {
  return async () => {
    const draft = await by.post('/bulk-operations', { action, ids: id(person) });
    if (draft.status !== 303) return words(draft);
    if (choices) await by.post(`${draft.headers.location}/choices`, choices());
    return words(await by.post(`${draft.headers.location}/schedule`, { dueAt: '2027-01-01' }));
  };
};

const pasted = (text: string, table: Fields = {}, sheet: Fields = {}): Attempt => {
  return async () => {
    const read = await follow(await submit(by, '/users/new/list', { text, step: 'read' }));
    const shown = await follow(await send(by, read, { step: 'sheet', ...table }));
    if (!pageOf(shown).$('main form').length) return words(shown);
    return words(shown) + words(await follow(await send(by, shown, sheet)));
  };
};

const imported = (file: string, meanwhile: () => Promise<unknown> = async () => {}): Attempt => {
  return async () => {
    await by.get('/users/import');
    const path = (await by.upload('/users/imports', {}, file)).headers.location;
    await send(by, await by.get(path));
    await app.context.operations.idle();
    const plan = await by.get(path);
    await meanwhile();
    const { seen } = pageOf(plan).typed();
    if (seen === undefined) return words(plan);
    const done = await by.post(`${path}/execution`, { seen: String(seen) });
    await app.context.operations.idle();
    return words(plan) + words(await follow(done));
  };
};

const command = (...typed: string[]): Attempt => {
  return async () => {
    const { code, output } = await rosterBeside(app, typed);
    expect([output, code]).not.toEqual([output, 0]);
    return output;
  };
};

const commandImport = (file: string): Attempt => {
  return () => {
    const path = join(app.folder, 'people.csv');
    writeFileSync(path, file);
    return command('import', 'users', path, '--apply')();
  };
};

/** What a program is answered that comes in as whoever tries it. */
const asked = (
  method: 'post' | 'patch' | 'put',
  path: () => string,
  body: () => object = () => ({}),
  headers: Record<string, string> = { 'If-Match': '*' },
): Attempt => {
  return async () => (await (await programAs(app, trying)).send(method, path(), body(), headers)).text;
};

/** What an identity provider is answered about somebody whom an administrator let it keep. */
const provisioned = (
  person: Person,
  method: 'put' | 'patch' | 'delete',
  body?: object,
  { scopes, headers }: { scopes?: ['scim']; headers?: Record<string, string> } = {},
): Attempt => {
  return async () => {
    const kept = { user_name: person, user_name_key: person, activity: 'active', created_at: '', modified_at: '' };
    const ids = { user_id: app.people[person], provisioner_id: app.people.alice };
    await app.db.write((trx) => trx('provisioned_users').insert({ ...ids, ...kept }));
    const provisioner = await provisionerAs(app, 'alice', scopes);
    return (await provisioner.ask(method, `/Users/user-${ids.user_id}`, body, headers)).text;
  };
};
const patch = (path: string, value: unknown) => ({ schemas: [PATCH], Operations: [{ op: 'replace', path, value }] });

/** What a program is answered that does it to many: what it would come to, and then that nothing came of it. */
const askedMany = (action: string, ids: () => number[], on = 'users', values?: () => object): Attempt => {
  return async () => {
    const program = await programAs(app, trying);
    const draft = await program.send('post', '/bulk-operations', { on, action, ids: ids(), values: values?.() });
    if (draft.status !== 201) return draft.text;
    return draft.text + (await program.ask('post', `/bulk-operations/${draft.body.id}/execution`)).text;
  };
};

const askedLater = (action: string, ids: () => number[], values?: () => object): Attempt => {
  return async () => {
    const program = await programAs(app, trying);
    const draft = await program.send('post', '/bulk-operations', {
      on: 'users',
      action,
      ids: ids(),
      values: values?.(),
    });
    const path = `/bulk-operations/${draft.body.id}/schedule`;
    return (await program.send('put', path, { dueAt: '2036-01-01' })).text;
  };
};

/** What somebody asked for is given until a day. */
const given = (person: Person, group: string): Attempt => {
  return async () => {
    const group_id = Number((await app.db.read('groups').where('name', group).first('id')).id);
    const path = await askedFor(app, person, { group_id });
    return words(await follow(await by.post(`${path}/decision`, { answer: 'give', untilAt: '2036-01-01' })));
  };
};

/** What the report says where the rule of idle accounts, which they switched on, comes to somebody. */
const idled = (person: Person): Attempt => {
  return async () => {
    const [long, now] = ['2026-01-01T00:00:00.000Z', instant(app.clock.now())];
    await set(person, { last_login_at: long, last_activity_at: long });
    await app.db.write(async (trx) => {
      await setIdleRule(trx, USUAL_DAYS, { isOn: true, zone: 'UTC', by: app.people[trying], at: now });
      const warning = { user_id: app.people[person], seen_at: long, mail_id: 0, warned_at: long, delivered_at: long };
      await trx('idle_warnings').insert({ ...warning, address: `${person}@example.com`, ran_seconds: 0 });
      await trx('idle_rule').update({ ran_seconds: 30 * 24 * 3_600 });
    });
    const settings = { ...app.context.actSettings, sendsMail: true };
    await lookAfterIdle({ db: app.db, clock: app.clock.now, settings, wake: () => {} });
    const { id } = await app.db.read('bulk_operations').orderBy('id', 'desc').first('id');
    return words(await by.get(`/bulk-operations/${id}`));
  };
};

const filed = (text: string): Attempt => {
  return async () => {
    const { exitCode, lines } = await applied(app, text);
    expect([lines, exitCode]).toEqual([lines, 2]);
    return lines.join('\n');
  };
};

/** All that could have been changed of people, but for what says when. */
async function people() {
  const columns = [
    'id',
    'name',
    'email',
    'activity',
    'starts_at',
    'leaves_at',
    'contact_id',
    'api_only',
    'password_hash',
  ];
  const table = (name: string, order: string[]) => app.db.read(name).orderBy(order);
  return {
    users: await app.db.read('users').orderBy('id').select(columns),
    memberships: await table('memberships', ['user_id', 'group_id']),
    tags: await table('user_tags', ['user_id', 'tag_id']),
    links: await app.db.read('links').orderBy('id').select('id', 'user_id', 'ended_at'),
    contacts: await app.db.read('contacts').orderBy('id').select('id', 'name', 'activity', 'owner_user_id'),
  };
}

const EXPIRES = 'Email,Expiry date\n';
const HIDDEN = 'hidden@example.com';
let hidden: number;
/** A group that grants as much as Administrators does. */
let others: number;

/** Alice is an administrator until a day; nobody is in the other group. */
async function untilADay(): Promise<void> {
  const until_at = '2036-01-01T00:00:00.000Z';
  await app.db.write(async (trx) => {
    await trx('memberships').where('user_id', app.people.alice).update({ until_at });
    others = await createGroup(trx, commandLineAct(app.context.actSettings), { name: 'Others', rights: ALL_RIGHTS });
  });
}

const RULES: Rule[] = [
  {
    rule: 'there is always an administrator',
    who: 'alice',
    said: /is the last administrator|must always be (one|an administrator)/,
    // She may do all that an administrator may, and is none who stays.
    setup: () => set('alice', { expires_on: '2036-01-01' }),
    on: {
      'command schedule': command('operate', 'deactivate', 'ada', '--at', '2036-01-01', '--apply'),
      'interface schedule': askedLater('deactivate', () => [app.people.ada]),
      asking: given('ada', 'Administrators'),
      leaving: record('ada', '/leaving'),
      'idle rule': 'it never touches whoever could be one',
      schedule: scheduled('deactivate', 'ada'),
      'interface bulk': askedMany('delete', () => [app.people.ada]),
      file: filed('users: [{ name: ada, leaves: 2036-01-01 }]'),
      record: record('ada', '/deactivation'),
      form: edit('ada', { leavesAt: '2036-01-01' }),
      bulk: bulk('delete', () => id('ada')),
      paste: 'it only adds',
      import: imported(`${EXPIRES}ada@example.com,2036-01-01\n`),
      command: command('operate', 'deactivate', 'ada', '--apply'),
      interface: asked('post', () => `/users/${id('ada')}/deactivation`),
      scim: provisioned('ada', 'patch', patch('active', 'False')),
      'command import': commandImport(`${EXPIRES}ada@example.com,2036-01-01\n`),
    },
  },
  {
    rule: 'nobody takes their own access',
    who: 'alice',
    said: /yourself|themself|your own/i,
    on: {
      'command schedule': 'nobody stands at the machine as themself',
      'interface schedule': askedLater('deactivate', () => [app.people.alice]),
      asking: given('alice', 'Support'),
      leaving: record('alice', '/leaving'),
      'idle rule': 'whoever switched it on is there',
      schedule: scheduled('deactivate', 'alice'),
      'interface bulk': askedMany('delete', () => [app.people.alice]),
      file: 'nobody stands at the machine as themself',
      record: record('alice', '/deactivation'),
      form: edit('alice', { leavesAt: '2036-01-01' }),
      bulk: bulk('delete', () => id('alice')),
      paste: 'it only adds',
      import: imported(`${EXPIRES}alice@example.com,2036-01-01\n`),
      command: 'nobody stands at the machine as themself',
      interface: asked('post', () => `/users/${id('alice')}/deletion`),
      scim: provisioned('alice', 'delete'),
      'command import': 'nobody stands at the machine as themself',
    },
  },
  {
    rule: 'whoever has more rights is not changed',
    who: 'max',
    said: /has rights that you do not hold/,
    on: {
      'command schedule': 'it holds every right',
      'interface schedule': askedLater('deactivate', () => [app.people.alice]),
      asking: 'whoever decides maintains groups as well: see its own tests',
      leaving: record('alice', '/leaving'),
      'idle rule': idled('rita'),
      schedule: scheduled('deactivate', 'alice'),
      'interface bulk': askedMany('end-sessions', () => [app.people.alice]),
      file: 'it holds every right',
      record: record('alice', '/deactivation'),
      form: async () =>
        words(await by.send('patch', pathTo(app, 'alice'), { name: 'alice', email: 'max@elsewhere.example' })),
      bulk: bulk('end-sessions', () => id('alice')),
      paste: pasted('alice@example.com', { tags: 'pasted' }),
      import: imported('Email,Tags\nalice@example.com,imported\n'),
      command: 'it holds every right',
      interface: asked(
        'patch',
        () => `/users/${id('alice')}`,
        () => ({ email: 'max@elsewhere.example' }),
      ),
      scim: provisioned('ada', 'patch', patch('active', false), { scopes: ['scim'] }),
      'command import': 'it holds every right',
    },
  },
  {
    rule: 'nobody makes what they may do last longer than it was given to them',
    who: 'alice',
    said: /last longer than it was given/,
    setup: untilADay,
    on: {
      'command schedule': 'nobody stands at the machine as themself',
      'interface schedule': askedLater(
        'add-to-group',
        () => [app.people.alice],
        () => ({ group: others, untilAt: '2036-02-01' }),
      ),
      asking: 'nobody decides about what they asked for',
      leaving: 'it makes nobody a member',
      'idle rule': 'it gives nothing',
      schedule: scheduled('add-to-group', 'alice', () => ({ group: String(others), untilAt: '' })),
      'interface bulk': askedMany(
        'add-to-group',
        () => [app.people.alice],
        'users',
        () => ({ group: others, untilAt: null }),
      ),
      file: 'nobody stands at the machine as themself',
      record: async () => {
        const path = `/groups/${others}/members`;
        return words(await follow(await by.post(path, { ids: id('alice'), untilAt: '', confirmed: 'yes' })));
      },
      form: async () => {
        const groups = [await groupId(app, 'Administrators'), String(others)];
        return words(await submit(by, pathTo(app, 'alice', '/edit'), { groups }));
      },
      bulk: chosen(
        'add-to-group',
        () => id('alice'),
        () => ({ group: String(others), untilAt: '2036-01-02' }),
      ),
      paste: async () => pasted('alice@example.com', { groups: String(others) })(),
      import: imported('Email,Groups\nalice@example.com,Others\n'),
      command: 'nobody stands at the machine as themself',
      interface: asked(
        'put',
        () => `/users/${id('alice')}/groups/${others}`,
        () => ({ until: null }),
      ),
      scim: 'what a program makes grants nothing; what it keeps is given by the verb of the page',
      'command import': 'nobody stands at the machine as themself',
    },
  },
  {
    rule: 'an integration is not invited, and says why it is there',
    who: 'alice',
    said: /API-only/,
    on: {
      'command schedule': 'it is looked at when it is due',
      'interface schedule': 'it is looked at when it is due',
      asking: 'no program asks for anything',
      leaving: 'it invites nobody',
      'idle rule': 'it touches people only',
      schedule: 'it is looked at when it is due',
      'interface bulk': askedMany('reinvite', () => [app.people.robin]),
      file: 'it invites nobody, and demands reason, owner and review as it is read',
      record: record('robin', '/invitation'),
      form: edit('bob', { apiOnly: '1' }),
      bulk: bulk('reinvite', () => id('robin')),
      paste: 'it makes people only, and names who is known',
      import: imported('Email,API-only\nbob@example.com,yes\n'),
      command: command('operate', 'reinvite', 'robin', '--apply'),
      interface: asked('post', () => `/users/${id('robin')}/invitation`),
      scim: async () => {
        const access = { [ACCESS]: { kind: 'api-only', apiOnlyReviewOn: '2036-01-01' } };
        return (await (await provisionerAs(app)).ask('post', '/Users', { userName: 'till', ...access })).text;
      },
      'command import': commandImport('Email,API-only\nbob@example.com,yes\n'),
    },
  },
  {
    rule: 'a name is one person’s',
    who: 'alice',
    said: /named \w+ already|belongs to another user|(is|has been) (taken|used)|has .* already/,
    setup: async () => {
      await set('dave', { activity: 'deleted' });
      await set('erin', { name: 'dave', name_key: 'dave' });
    },
    on: {
      'command schedule': 'it is looked at when it is due',
      'interface schedule': 'it is looked at when it is due',
      asking: 'it names nobody',
      leaving: 'it names nobody anew',
      'idle rule': 'it renames nobody and brings nobody back',
      schedule: 'it is looked at when it is due',
      'interface bulk': askedMany('activate', () => [app.people.dave]),
      file: filed('users: [{ name: new, email: bob@example.com }]'),
      record: async () => words(await follow(await by.send('delete', pathTo(app, 'dave', '/deactivation')))),
      form: edit('bob', { name: 'Carol' }),
      bulk: bulk('activate', () => id('dave')),
      paste: pasted('bob <new@example.com>', { name: 'BOB' }),
      import: imported('Name,Email\nbob,new@example.com\n'),
      command: () => command('operate', 'activate', id('dave'), '--apply')(),
      interface: asked(
        'post',
        () => '/users',
        () => ({ name: 'BOB', email: 'new@example.com' }),
      ),
      scim: provisioned('carol', 'patch', patch('userName', 'BOB')),
      'command import': commandImport('Name,Email\nbob,new@example.com\n'),
    },
  },
  {
    rule: 'what was changed since it was shown is not written over',
    who: 'alice',
    said: /changed|in the meantime|since/i,
    on: {
      'command schedule': 'it says all that it does',
      'interface schedule': 'it says all that it does',
      asking: 'one answer is the last: see its own tests',
      leaving: 'it does what was decided with what is there then',
      'idle rule': 'it looks again in the transaction that does it',
      schedule: 'it says all that it does',
      'interface bulk': 'it says all that it does; what takes one back compares each field',
      file: 'it does at once what it finds then',
      record: 'it says all that it does',
      form: async () => {
        const shown = await by.get(pathTo(app, 'bob', '/edit'));
        await set('bob', { version: 99 });
        return words(await send(by, shown, { name: 'bobby' }));
      },
      bulk: 'it says all that it does; what takes one back compares each field',
      paste: 'it only adds',
      import: imported('Email,Expiry date\nbob@example.com,2036-01-01\n', () => set('bob', { version: 99 })),
      command: 'it does at once what it was told',
      interface: asked(
        'patch',
        () => `/users/${id('bob')}`,
        () => ({ name: 'bobby' }),
        { 'If-Match': '"99"' },
      ),
      scim: provisioned('bob', 'patch', patch('title', 'x'), { headers: { 'If-Match': 'W/"99.1"' } }),
      'command import': 'it does at once what it found',
    },
  },
  {
    rule: 'whom one may not see is not linked, named or changed',
    who: 'alice',
    said: /There is no|no (such|person|contact)|Nothing is ticked|may see|not found|Choose/i,
    setup: async () => {
      hidden = await addContact(app, { name: 'Hidden Person', emails: [HIDDEN], ownerUserId: app.people.bob });
    },
    on: {
      'command schedule': 'only users are changed later',
      'interface schedule': 'only users are changed later',
      asking: 'it is about no contacts',
      leaving: 'what one may not see is handed over unseen: see its own tests',
      'idle rule': 'it is about no contacts',
      schedule: 'only users are changed later',
      'interface bulk': askedMany('delete', () => [hidden], 'contacts'),
      file: 'it is about no contacts',
      record: async () => words(await by.post(`/contacts/${hidden}/deletion`)),
      form: async () => words(await submit(by, pathTo(app, 'bob', '/edit'), { contactId: String(hidden) })),
      bulk: bulk('delete', () => String(hidden), { subject: 'contact' }),
      paste: 'it links whom it finds, and finds nobody: see its own tests',
      import: imported(`Name,Email,Linked contact email\nnina,nina@example.com,${HIDDEN}\n`),
      command: () => command('operate', 'delete', '--on', 'contacts', String(hidden), '--apply')(),
      interface: asked(
        'patch',
        () => `/users/${id('bob')}`,
        () => ({ contactId: hidden }),
      ),
      scim: 'it links whom it finds, and finds nobody: see its own tests',
      'command import': commandImport(`Name,Email,Linked contact email\nnina,nina@example.com,${HIDDEN}\n`),
    },
  },
];

describe.each(RULES)('$rule', ({ who, said, setup, on }) => {
  const tried = PATHS.filter((path) => typeof on[path] !== 'string');

  it.each(tried)('by the path of %s', async (path) => {
    await setup?.();
    by = await signedIn(app, who);
    trying = who;
    const before = await people();
    const answer = await (on[path] as Attempt)();
    expect(answer).toMatch(said);
    expect(answer).not.toContain('Hidden Person');
    expect(await people()).toEqual(before);
  });
});
