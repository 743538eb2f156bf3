import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ALL_RIGHTS } from '../../src/access/rights.ts';
import { changePermissions } from '../../src/permissions/actions/changing-permissions.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { addMembers } from '../support/crowd.ts';
import { factsBesideAudit } from '../support/database.ts';
import { send, submit } from '../support/form.ts';
import { levels } from '../support/levels.ts';
import { nextInLine } from '../support/line.ts';
import { linkFor } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Fields, Session, signedIn } from '../support/session.ts';

/** More than are looked up one by one. */
const THOUSANDS = 5_100;
const NOTHING = { users: 'none', groups: 'none', contacts: 'none', audit: 'none', settings: 'none' };

describe('the permissions of a group', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const pathOf = async (name: string, rest = '') => `/groups/${await groupId(app, name)}${rest}`;
  const permissionsOf = async (name: string) =>
    Object.fromEntries(
      (await app.db.read('group_permissions').where('group_id', await groupId(app, name))).map((row) => [
        row.application,
        row.level,
      ]),
    );
  const save = async (session: Session, name: string, fields: Fields) => {
    const path = await pathOf(name, '/permissions');
    const { version } = await app.db.read('groups').where({ name }).first();
    const all = { ...levels({ ...NOTHING, ...fields }), version: String(version), confirmed: 'yes' };
    return session.send('patch', path, all);
  };

  it('change only after a sheet has said what that does, and hold from the next request on', async () => {
    await alice.post(await pathOf('Auditors', '/members'), { list: 'bob', confirmed: 'yes' });
    const bob = await signedIn(app, 'bob');
    expect((await bob.get('/users/new')).status).toBe(403);
    const sheet = await submit(
      alice,
      await pathOf('Support', '/permissions/edit'),
      levels({
        users: 'write',
        contacts: 'read',
      }),
    );
    expect(pageOf(sheet).texts('#sheet li').slice(0, 2)).toEqual([
      '4 people gain write on users.',
      '3 people gain read on contacts; 1 has it already through Auditors.',
    ]);
    expect(await permissionsOf('Support')).toEqual({});
    const audit = await watchAudit(app);
    const saved = await send(alice, sheet);
    expect(saved.headers.location).toBe(await pathOf('Support'));
    const record = pageOf(await alice.get(saved.headers.location));
    expect(record.texts('section:has(#permissions) li')).toEqual(['contacts: read', 'users: read and write']);
    expect((await bob.get('/users/new')).status).toBe(200);
    expect((await audit.since()).map(({ action, before, after }) => [action, before, after])).toEqual([
      ['group.permissions-changed', { contacts: 'none', users: 'none' }, { contacts: 'read', users: 'write' }],
    ]);
    const back = await submit(
      alice,
      await pathOf('Support', '/permissions/edit'),
      levels({ users: 'read', contacts: 'none' }),
    );
    expect(pageOf(back).texts('#sheet li').slice(0, 2)).toEqual([
      '3 people lose read on contacts; 1 keeps it through Auditors.',
      '4 people lose write on users and keep read.',
    ]);
  });

  it('can be chosen again from the sheet, which keeps the choices', async () => {
    const sheet = await submit(alice, await pathOf('Support', '/permissions/edit'), levels({ users: 'write' }));
    const matrix = pageOf(await send(alice, sheet, { step: 'choose' }));
    expect(matrix.typed()).toMatchObject(levels({ ...NOTHING, users: 'write' }));
  });

  it('that somebody else changed meanwhile are not overwritten unseen (409)', async () => {
    const form = await alice.get(await pathOf('Support', '/permissions/edit'));
    const sheet = await send(alice, form, levels({ users: 'read' }));
    await save(await signedIn(app, 'ada'), 'Support', { contacts: 'write' });
    for (const late of [form, sheet]) {
      const stale = await send(alice, late, levels({ users: 'read' }));
      expect(stale.status).toBe(409);
      expect(pageOf(stale).texts('.theirs')).toEqual(['Saved meanwhile: none', 'Saved meanwhile: write']);
    }
    expect(await permissionsOf('Support')).toEqual({ contacts: 'write' });
  });

  it('that somebody ahead in line changed are not overwritten either (409)', async () => {
    const sheet = await submit(alice, await pathOf('Support', '/permissions/edit'), levels({ users: 'read' }));
    let answer: ReturnType<typeof send> | undefined;
    await app.db.write(async (trx) => {
      const inLine = nextInLine(app);
      answer = send(alice, sheet);
      await inLine;
      await trx('groups')
        .where('name', 'Support')
        .update({ version: trx.raw('version + 1') });
    });
    expect((await answer!).status).toBe(409);
    expect(await permissionsOf('Support')).toEqual({});
  });

  it('end the links of members who can do more by them (R37)', async () => {
    const max = await signedIn(app, 'max');
    const link = await linkFor(app, 'carol', 'invitation', max);
    const sheet = await submit(alice, await pathOf('Support', '/permissions/edit'), levels({ contacts: 'read' }));
    expect(pageOf(sheet).texts('#sheet li')[1]).toBe(
      'Open invitations and password links of 1 user end: they were made for somebody who could do less.',
    );
    await save(alice, 'Support', { contacts: 'read' });
    expect((await new Session(app).get(link)).status).toBe(410);
    const kept = await linkFor(app, 'carol', 'invitation', alice);
    for (const rights of [{ contacts: 'none' }, { contacts: 'write' }]) await save(alice, 'Support', rights);
    expect((await new Session(app).get(kept)).status).toBe(303);
  });

  it('end the same links where the group has thousands of members', async () => {
    await addMembers(app, THOUSANDS, [Number(await groupId(app, 'Support'))]);
    const link = await linkFor(app, 'carol', 'invitation', await signedIn(app, 'max'));
    const sheet = await submit(alice, await pathOf('Support', '/permissions/edit'), levels({ contacts: 'read' }));
    expect(pageOf(sheet).texts('#sheet li')[1]).toMatch(/^Open invitations and password links of 1 user end:/);
    await save(alice, 'Support', { contacts: 'read' });
    expect((await new Session(app).get(link)).status).toBe(410);
  });

  it('make new links in the same press for those whose links end', async () => {
    const old = await linkFor(app, 'carol', 'invitation', await signedIn(app, 'max'));
    const sheet = await submit(alice, await pathOf('Support', '/permissions/edit'), levels({ contacts: 'read' }));
    const saved = await send(alice, sheet, {});
    const [line, ...more] = String(
      pageOf(await alice.get(saved.headers.location))
        .$('#links')
        .val(),
    ).split('\n');
    expect([line.split('\t')[0], more]).toEqual(['carol', []]);
    expect((await new Session(app).get(old)).status).toBe(410);
    expect((await new Session(app).get(new URL(line.split('\t')[2]).pathname)).status).toBe(303);
  });

  describe('are refused', () => {
    async function refuses(attempt: () => Promise<{ status: number; text: string }>, words: RegExp) {
      const before = await factsBesideAudit(app);
      const audit = await watchAudit(app);
      const answer = await attempt();
      expect([answer.status, answer.text]).toEqual([403, expect.stringMatching(words)]);
      expect(await factsBesideAudit(app)).toEqual(before);
      expect(await audit.actions()).toEqual(['request.refused']);
    }

    async function maxMayChangeGroups(): Promise<Session> {
      const row = { group_id: Number(await groupId(app, 'Helpdesk')), application: 'groups', level: 'write' };
      await app.db.write((trx) => trx('group_permissions').insert(row));
      return signedIn(app, 'max');
    }

    it('to whoever does not hold what is given, and are not offered to them (R62)', async () => {
      const max = await maxMayChangeGroups();
      await refuses(() => save(max, 'Support', { audit: 'read' }), /rights that you do not hold/);
      const matrix = pageOf(await max.get(await pathOf('Support', '/permissions/edit')));
      expect(matrix.$('[name="on-audit"]:not([disabled])').length).toBe(1);
      expect(matrix.$('[name="on-users"]:not([disabled])').length).toBe(3);
    });

    it('to whoever does not hold what is taken (R62)', async () => {
      const max = await maxMayChangeGroups();
      await refuses(() => save(max, 'Auditors', {}), /grants rights that you do not hold/);
    });

    it('where a member may do more than the actor (R61)', async () => {
      const max = await maxMayChangeGroups();
      await alice.post(await pathOf('Support', '/members'), { list: 'rita', confirmed: 'yes' });
      await refuses(() => save(max, 'Support', { users: 'read' }), /rita has rights that you do not hold/);
    });

    it('where thousands may do more than the actor, and one of them is in it', async () => {
      const max = await maxMayChangeGroups();
      await addMembers(app, THOUSANDS, [Number(await groupId(app, 'Auditors'))]);
      await alice.post(await pathOf('Support', '/members'), { list: 'x17', confirmed: 'yes' });
      await refuses(() => save(max, 'Support', { users: 'read' }), /x17 has rights that you do not hold/);
    });

    it('where the actor would lose rights', async () => {
      const all = { users: 'write', groups: 'write', contacts: 'write', audit: 'write' };
      await refuses(() => save(alice, 'Administrators', all), /take rights from yourself/);
    });

    it('on an application that is no longer there', async () => {
      const act = {
        by: { id: null, name: 'test', rights: { ...ALL_RIGHTS, gone: 'write' as const } },
        at: '2026-11-22T12:00:00.000Z',
        address: '',
        requestId: 'test',
        ...actSettings(app.config),
      };
      const { id, version } = await app.db.read('groups').where('name', 'Support').first();
      const deed = app.db.write((trx) => changePermissions(trx, act, [id], { gone: 'read' }, new Map([[id, version]])));
      await expect(deed).rejects.toThrow(/gone is no longer there/);
      expect(await permissionsOf('Support')).toEqual({});
    });

    it('where the last administrator would go (R63)', async () => {
      // Alice stays who she is through another group, whose membership ends one day.
      const all = { users: 'write', groups: 'write', contacts: 'write', audit: 'write', settings: 'write' };
      await save(alice, 'Support', all);
      await alice.post(await pathOf('Support', '/members'), { list: 'alice', untilAt: '2030-12-31', confirmed: 'yes' });
      for (const person of ['lena', 'bob', 'dave'] as const)
        await alice.send('delete', await pathOf('Support', '/members'), { ids: String(app.people[person]) });
      await refuses(() => save(alice, 'Administrators', { ...all, users: 'read' }), /always be an administrator/);
    });
  });
});
