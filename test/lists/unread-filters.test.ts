import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { pageOf } from '../support/page.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeAll(async () => {
  app = await startApp();
  await addContact(app, { name: 'Somebody' });
  alice = await signedIn(app, 'alice');
});
afterAll(() => app.close());

/** With a filter of each, as the sidebar calls it, and one of its values that is there. */
const LISTS: [list: string, filter: string, label: string, value: string][] = [
  ['/users', 'state', 'State', 'invited'],
  ['/groups', 'activity', 'Activity', 'active'],
  ['/contacts', 'kind', 'Kind', 'person'],
  ['/invitations', 'status', 'Status', 'sent'],
];
const repeated = (name: string, value: string) =>
  `${Array.from({ length: 100 }, (_, n) => `${name}=x${n}`).join('&')}&${name}=${value}`;
const shown = async (path: string) => pageOf(await alice.get(path));
const drafts = () => app.db.read('bulk_operations').pluck('id');

describe.each(LISTS)('%s', (list, filter, label, value) => {
  it('shows nobody by a filter that it does not have, and tells so by a chip that takes it away', async () => {
    for (const strange of [
      'nosuch=1',
      'nosuch=',
      '__proto__=1',
      `nosuch=1&${filter}=${value}`,
      `${'x'.repeat(500)}=1`,
    ]) {
      const page = await shown(`${list}?${strange}`);
      expect([strange, page.$('tbody tr').length]).toEqual([strange, 0]);
      const chip = page.$('.chips .dead');
      expect(chip.find('bdi').text()).toMatch(/^There is no filter “/);
      expect((await shown(chip.attr('href')!)).$('.chips .dead').length).toBe(0);
      expect(page.$('.chips .clear').attr('href')).toBe(list);
    }
    const chip = (await shown(`${list}?nosuch=1`)).$('.chips .dead');
    expect(chip.attr('href')).toBe(list);
  });

  it('shows nobody by more values than it looks for, and tells so', async () => {
    const page = await shown(`${list}?${repeated(filter, value)}`);
    expect(page.$('tbody tr').length).toBe(0);
    expect(page.texts('.chips bdi')).toEqual([`${label}: at most 100 at once`]);
    expect(page.$('.chips .dead').attr('href')).toBe(list);
    const rows = (await shown(`${list}?${filter}=${value}`)).$('tbody tr').length;
    expect((await shown(`${list}?${repeated(filter, value).replace(`${filter}=x1&`, '')}`)).$('tbody tr').length).toBe(
      rows,
    );
  });

  it('takes no value for the beginning of it', async () => {
    const long = value.padEnd(100, 'x');
    expect((await shown(`${list}?${filter}=${long}`)).textOf('.chips .dead bdi')).toContain('…');
  });

  it('reads an address to its end', async () => {
    const page = await shown(`${list}?${'per=25&'.repeat(1_100)}${filter}=nosuch`);
    expect(page.$('tbody tr').length).toBe(0);
  });

  it('exports nothing of what it cannot mean', async () => {
    for (const [strange, told] of [
      ['nosuch=1', 'There is no filter nosuch.'],
      [repeated(filter, value), `At most 100 can be said of ${filter}.`],
      [`${filter}=nosuch`, `There is no ${filter} "nosuch".`],
    ]) {
      const page = await alice.get(`${list}/export?${strange}`);
      expect([page.status, pageOf(page).texts('#problems li')]).toEqual([422, [told]]);
      expect(pageOf(page).$('form#export-form').length).toBe(0);
      const sent = await alice.post(`${list}/export`, {
        view: `${list}?${strange}`,
        fileFormat: 'csv',
        columns: 'name',
      });
      expect([sent.status, sent.text]).toEqual([422, expect.stringContaining('id="problems"')]);
    }
  });
});

it('the audit shows no event by a filter that it does not have, and exports none', async () => {
  const page = await shown('/audit?nosuch=1');
  expect(page.textOf('.empty')).toBe('Nothing matches: there is no filter “nosuch”.');
  expect(page.$('#export').attr('href')).toBe('/audit/export?nosuch=1');
  const form = await alice.get('/audit/export?nosuch=1');
  expect([form.status, pageOf(form).texts('#problems li')]).toEqual([422, ['There is no filter nosuch.']]);
  const sent = await alice.post('/audit/export', { view: '/audit?nosuch=1', fileFormat: 'csv', columns: 'at' });
  expect(sent.status).toBe(422);
});

it.each(['nosuch=1', repeated('tag', '1')])(
  'all matching are nobody where a view cannot be meant: %.20s',
  async (strange) => {
    for (const [subject, list] of [
      ['user', '/users'],
      ['group', '/groups'],
      ['contact', '/contacts'],
    ]) {
      const before = await drafts();
      const sent = await alice.post('/bulk-operations', {
        subject,
        scope: 'all',
        view: `${list}?${strange}`,
        action: 'delete',
      });
      const made = (await drafts()).filter((id) => !before.includes(id));
      const items = await app.db.read('bulk_operation_items').whereIn('operation_id', made);
      expect([subject, sent.status < 500, items]).toEqual([subject, true, []]);
    }
  },
);

it('a view that cannot be meant is not kept', async () => {
  for (const strange of ['nosuch=1', repeated('tag', '1')]) {
    const form = await alice.get(`/saved-views/new?${new URLSearchParams({ view: `/users?${strange}` })}`);
    expect(form.status).toBe(422);
    await alice.post('/saved-views', { view: `/users?${strange}`, name: 'Strange' });
  }
  expect(await app.db.read('saved_views')).toEqual([]);
});
