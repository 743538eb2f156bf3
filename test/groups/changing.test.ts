import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ALL_RIGHTS, type Rights } from '../../src/access/rights.ts';
import { instant } from '../../src/clock.ts';
import { changeContacts } from '../../src/contacts/actions/changing-contacts.ts';
import { changeGroups } from '../../src/groups/actions/changing-groups.ts';
import { findGroups } from '../../src/groups/group-store.ts';
import { changePermissions } from '../../src/permissions/actions/changing-permissions.ts';
import { type Act, actSettings } from '../../src/verbs/act.ts';
import type { Outcome } from '../../src/verbs/outcome.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { groupId } from '../support/people.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

function act(rights: Rights = ALL_RIGHTS): Act {
  const by = { id: app.people.alice, name: 'alice', rights };
  return { ...actSettings(app.config), by, at: instant(app.clock.now()), address: '', requestId: 'test' };
}

const reasons = (outcomes: Outcome<{ name: string }>[]) =>
  Object.fromEntries(outcomes.map(({ subject, refusal }) => [subject.name, refusal?.fields ?? refusal?.reason]));
const idOf = async (name: string) => Number(await groupId(app, name));
const events = async () =>
  (await app.db.read('audit_events').where('request_id', 'test').orderBy('id')).map((row) => [
    row.action,
    row.subject_id,
  ]);

describe('groups that are changed together', () => {
  it('have what was named, and one event each where something differs', async () => {
    const ids = [await idOf('Support'), await idOf('Helpdesk')];
    const change = { description: 'on call', tags: { add: ['Night'] } };
    const { outcomes } = await app.db.write((trx) => changeGroups(trx, act(), ids, change));
    expect(reasons(outcomes)).toEqual({ Support: undefined, Helpdesk: undefined });
    expect((await findGroups(app.db.read, ids)).map(({ description }) => description)).toEqual(['on call', 'on call']);
    await app.db.write((trx) => changeGroups(trx, act(), ids, change));
    expect(await events()).toEqual(ids.map((id) => ['group.updated', id]));
  });

  it('are led only by a member, and changed only as they were shown', async () => {
    const ids = [await idOf('Support'), await idOf('Helpdesk')];
    const { outcomes: leading } = await app.db.write((trx) =>
      changeGroups(trx, act(), ids, { leaderId: app.people.bob }),
    );
    expect(reasons(leading)).toEqual({
      Support: undefined,
      Helpdesk: { leader: expect.stringContaining('Only a member can lead it') },
    });
    const shown = new Map(ids.map((id) => [id, 1]));
    const { outcomes: late } = await app.db.write((trx) => changeGroups(trx, act(), ids, { description: 'x' }, shown));
    expect(reasons(late)).toEqual({ Support: 'was changed since', Helpdesk: undefined });
  });

  it('grant what was named and keep the rest; those above the actor are left out', async () => {
    const [support, helpdesk, administrators] = [
      await idOf('Support'),
      await idOf('Helpdesk'),
      await idOf('Administrators'),
    ];
    const weaker = act({ groups: 'write', users: 'write', contacts: 'read' });
    const { outcomes } = await app.db.write((trx) =>
      changePermissions(trx, weaker, [support, helpdesk, administrators], { contacts: 'read' }),
    );
    expect(reasons(outcomes)).toEqual({
      Support: undefined,
      Helpdesk: undefined,
      Administrators: 'grants rights that you do not hold',
    });
    const rights = new Map((await findGroups(app.db.read)).map((group) => [group.id, group.rights]));
    expect(rights.get(helpdesk)).toEqual({ users: 'write', contacts: 'read' });
    expect(rights.get(support)).toEqual({ contacts: 'read' });
  });
});

it('contacts are changed together, each with an event; what the actor may not edit is left out', async () => {
  const shared = await addContact(app, { name: 'Shared Person' });
  const own = await addContact(app, { name: 'Own Person', ownerUserId: app.people.alice });
  const reader = act({ contacts: 'read' });
  const change = { position: 'Buyer', tags: { add: ['North'] } };
  const { outcomes } = await app.db.write((trx) => changeContacts(trx, reader, [shared, own], change));
  expect(reasons(outcomes)).toEqual({ 'Shared Person': expect.stringContaining('is public'), 'Own Person': undefined });
  const rows = await app.db.read('contacts').whereIn('id', [shared, own]).orderBy('id').pluck('position');
  expect(rows).toEqual(['', 'Buyer']);
  expect(await events()).toEqual([['contact.updated', own]]);
});
