import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../../support/app.ts';
import { addContact } from '../../support/contacts.ts';
import { pageOf } from '../../support/page.ts';
import { type Session, signedIn } from '../../support/session.ts';

let app: TestApp;
let alice: Session;

beforeAll(async () => {
  app = await startApp();
  await addContact(app, { name: 'Of the administrators', ownerGroupId: 1 });
  alice = await signedIn(app, 'alice');
});
afterAll(() => app.close());

const FILTERS: [list: string, names: string[]][] = [
  ['/users', ['activity', 'state', 'tag', 'group', 'contact', 'starts', 'leaves', 'address', 'right']],
  ['/groups', ['activity', 'leader', 'tag']],
  ['/contacts', ['kind', 'account', 'owner', 'tag', 'company', 'activity']],
  ['/invitations', ['status', 'channel']],
];
/** Where the word of the address is none that a person would use. */
const SAID: Record<string, RegExp> = {
  contact: /^Linked contact: “none” only, not “/,
  starts: /^Starts within 7 or 30 days, not “/,
  leaves: /^Leaves within 7 or 30 days, not “/,
  address: /^There is no address or device “/,
  leader: /^There is no choice of leaders “/,
  account: /^There is no account type “/,
};
const CASES = FILTERS.flatMap(
  ([list, names]) =>
    names.flatMap((name) => ['nosuch', '99999', '0x4', '01', '__proto__'].map((value) => ({ list, name, value }))),
  // Whoever signed in from last may have called their browser so; a company that is hidden, and none, look alike.
).filter(
  ({ name, value }) => !['address nosuch', 'address 0x4', 'address 01', 'company 99999'].includes(`${name} ${value}`),
);

it.each(CASES)('$list?$name=$value matches nothing, and tells so by a chip that takes it away', async (dead) => {
  const { list, name, value } = dead;
  const page = pageOf(await alice.get(`${list}?${name}=${value}&per=25`));
  const chip = page.$('.chips .dead');
  expect(chip.find('bdi').text()).toMatch(SAID[name] ?? new RegExp(`^There is no ${name}`));
  expect(chip.text()).toContain(value);
  expect(page.$('tbody tr').length).toBe(0);
  expect(page.textOf('#empty')).toMatch(/matches all of this/);
  expect(page.textOf('#empty')).not.toMatch(/Create|yet/);
  const cleared = pageOf(await alice.get(chip.attr('href')!));
  expect(cleared.$('tbody tr').length).toBeGreaterThan(0);
});

it('beside a value that is there takes nothing away from it', async () => {
  const { group_id } = await app.db.read('memberships').where('user_id', app.people.bob).first();
  const alone = pageOf(await alice.get(`/users?group=${group_id}`));
  const beside = pageOf(await alice.get(`/users?group=${group_id}&group=99999`));
  expect(beside.textOf('#total')).toBe(alone.textOf('#total'));
  expect(beside.texts('.chips a')).toEqual([
    ...alone.texts('.chips a').slice(0, 1),
    'There is no group number 99999 , remove this filter',
    'Clear all',
  ]);
  expect(new URL(beside.$('.chips .dead').attr('href')!, app.url).search).toBe(`?group=${group_id}`);
});

it('that names a group which is deleted matches nobody, beside those in no group as well, until it is restored', async () => {
  const { group_id } = await app.db.read('memberships').where('user_id', app.people.bob).first();
  const setActivity = (activity: string) =>
    app.db.write((trx) => trx('groups').where('id', group_id).update({ activity }));
  const shown = async (query: string) => pageOf(await alice.get(`/users?${query}`));
  const members = (await shown(`group=${group_id}`)).texts('th.name a');
  expect(members).toContain('bob');
  await setActivity('deleted');
  const dead = await shown(`group=${group_id}`);
  expect(dead.textOf('.chips .dead')).toContain(`There is no group number ${group_id}`);
  expect(dead.$('tbody tr').length).toBe(0);
  expect((await shown('group=none')).texts('th.name a')).toEqual(expect.arrayContaining(members));
  expect((await shown(`group=none&group=${group_id}`)).textOf('#total')).toBe(
    (await shown('group=none')).textOf('#total'),
  );
  await setActivity('active');
  expect((await shown(`group=${group_id}`)).texts('th.name a')).toEqual(members);
});
