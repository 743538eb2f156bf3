import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandContext } from '../../src/command-line/command.ts';
import { applyFile } from '../../src/command-line/commands/apply-command.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { applied } from '../support/apply.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit } from '../support/database.ts';
import { programAs } from '../support/program.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

const apply = (text: string, isApplied = true) => applied(app, text, isApplied);

const HOUSE = `
groups:
  - name: Night shift
    description: Works at night
    leader: nora
    tags: [night, on call]
    permissions: { contacts: read }
  - name: Support
    permissions: { users: read }
users:
  - name: nora
    email: nora@example.com
    groups: [Night shift]
    tags: [night]
    leaves: 2036-01-31
  - name: bob
    groups: [Night shift]
    description: Changes over
  - name: erin
    activity: deactivated
  - name: stock
    apiOnly: { reason: Reads stock, owner: alice, review: 2036-05-31 }
`;

const groupOf = (name: string) => app.db.read('groups').where({ name }).first();
const groupsOf = (person: string) =>
  app.db
    .read('memberships')
    .join('users', 'users.id', 'user_id')
    .join('groups', 'groups.id', 'group_id')
    .where('users.name', person)
    .orderBy('groups.name')
    .pluck('groups.name');

describe('a file of what is to be there', () => {
  it('is told as a difference, which changes nothing', async () => {
    const before = await factsBesideAudit(app);
    const told = await apply(HOUSE, false);
    expect(told.exitCode).toBe(0);
    expect(told.lines).toEqual(
      expect.arrayContaining([
        '+ group Night shift',
        '    permission on contacts: read',
        '~ group Support',
        '    permission on users: none → read',
        '+ user nora',
        '~ user bob',
        '    groups: Support → Night shift',
        '~ user erin',
        '    activity: active → deactivated',
        '2 groups and 4 users would be changed. Nothing was done. With --apply it is.',
      ]),
    );
    expect(await factsBesideAudit(app)).toEqual(before);
  });

  it('puts people into a group of as long a name as a group may have, in letters of two units each', async () => {
    const name = '\u{1f642}'.repeat(100);
    const told = await apply(`groups: [{ name: ${name} }]\nusers: [{ name: bob, groups: [${name}] }]`);
    expect([told.exitCode, await groupsOf('bob')]).toEqual([0, [name]]);
    const longer = `users: [{ name: bob, groups: [${name}a] }]`;
    await expect(apply(longer)).rejects.toThrow('users.[1].groups.[1]');
  });

  it('is applied whole, and again changes nothing', async () => {
    const audit = await watchAudit(app);
    const done = await apply(HOUSE);
    expect([done.exitCode, done.data.applied]).toEqual([0, true]);
    expect((await audit.since()).map(({ action }) => action).toSorted()).toEqual(
      [
        ...['group.created', 'group.permissions-changed', 'group.permissions-changed', 'group.updated'],
        ...['user.created', 'user.created', 'user.updated', 'user.deactivated'],
      ].toSorted(),
    );
    const nora = await app.db.read('users').where('name', 'nora').first();
    expect([await groupsOf('nora'), await groupsOf('bob')]).toEqual([['Night shift'], ['Night shift']]);
    expect([nora.expires_on, (await groupOf('Night shift')).leader_id]).toEqual(['2036-01-31', nora.id]);
    const facts = await factsBesideAudit(app);
    const again = await apply(HOUSE);
    expect(again.lines).toEqual(['Everything is as the file says.']);
    expect(await factsBesideAudit(app)).toEqual(facts);
  });

  it('says until when somebody is in a group, from the beginning or of a membership that there is', async () => {
    const untils = (person: string) =>
      app.db
        .read('memberships')
        .join('users', 'users.id', 'user_id')
        .join('groups', 'groups.id', 'group_id')
        .where('users.name', person)
        .orderBy('groups.name')
        .select('groups.name', 'until_at');
    const ending = `
users:
  - { name: bob, groups: [{ name: Support, until: 2036-01-31 }] }
  - { name: nora, email: nora@example.com, groups: [{ name: Support, until: 2036-02-28 }] }
`;
    expect((await apply(ending, false)).lines).toEqual(
      expect.arrayContaining([
        '    end in Support: nothing → 2036-02-01T00:00:00.000Z',
        '    end in Support: 2036-02-29T00:00:00.000Z',
      ]),
    );
    const { operation } = (await apply(ending)).data as { operation: number };
    expect(await untils('bob')).toEqual([{ name: 'Support', until_at: '2036-02-01T00:00:00.000Z' }]);
    expect(await untils('nora')).toEqual([{ name: 'Support', until_at: '2036-02-29T00:00:00.000Z' }]);
    expect((await apply(ending)).lines).toEqual(['Everything is as the file says.']);
    // A name alone leaves the end as it is.
    expect((await apply('users:\n  - { name: bob, groups: [Support] }\n')).data.applied).toBe(false);
    const past = ending.replace('2036-01-31', '2001-01-31');
    expect((await apply(past)).exitCode).toBe(2);
    const program = await programAs(app, 'alice');
    const undoing = await program.ask('post', `/bulk-operations/${operation}/undoing`);
    await program.ask('post', `/bulk-operations/${undoing.body.id}/execution`);
    expect(await untils('bob')).toEqual([{ name: 'Support', until_at: null }]);
    await apply(ending.replace('until: 2036-02-28', 'until: null').replace('2036-01-31', '2036-05-05'));
    expect(await untils('bob')).toEqual([{ name: 'Support', until_at: '2036-05-06T00:00:00.000Z' }]);
  });

  it('is not applied in part: what one rule refuses leaves all as it was', async () => {
    const before = await factsBesideAudit(app);
    const both = 'users:\n  - { name: nora, email: nora@example.com }\n';
    const refused: [string, RegExp][] = [
      [`${both}  - { name: alice, leaves: 2036-01-01 }\n  - { name: ada, leaves: 2036-01-01 }\n`, /administrator/],
      [`${both}  - { name: otto, email: bob@example.com }\n`, /otto|email/],
      [`${both}  - { name: otto }\n`, /otto/],
      [`${both}  - { name: otto, email: o@example.com, groups: [Nowhere] }\n`, /there is no group Nowhere/],
      ['groups:\n  - { name: New, permissions: { nowhere: read } }\n', /there is no application nowhere/],
      ['groups:\n  - { name: New, leader: nobody }\n', /there is no user nobody/],
    ];
    for (const [text, why] of refused) {
      const answer = await apply(text);
      expect([text, answer.exitCode, answer.lines.join()]).toEqual([text, 2, expect.stringMatching(why)]);
    }
    expect(await factsBesideAudit(app)).toEqual(before);
  });

  it('is read strictly: what makes no sense is named with its place', async () => {
    const wrong: [string, RegExp][] = [
      ['users:\n  - name: a@b\n', /users\.\[1\]\.name: A name has no @/],
      ['users:\n  - name: bob\n    colour: red\n', /users\.\[1\]: there is no colour here/],
      ['users:\n  - name: bob\n  - name: BOB\n', /stands there twice/],
      ['users:\n  - name: bob\n    leaves: 31.1.2036\n', /users\.\[1\]\.leaves/],
      ['people: []\n', /there is no people here/],
      ['users: [\n', /desired\.yaml/],
      ['', /groups, users, or both/],
      [
        'a: &a [x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a]\nusers: [*b, *b, *b, *b, *b, *b, *b]\n',
        /alias|there is no/i,
      ],
    ];
    for (const [text, why] of wrong) await expect(apply(text)).rejects.toThrow(why);
    await expect(applyFile({} as CommandContext, {} as never, '/nowhere.yaml')).rejects.toThrow('there is no file');
  });
});
