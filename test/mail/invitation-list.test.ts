import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { HOUR } from '../../src/clock.ts';
import { encodeCursor } from '../../src/lists/list-query.ts';
import { PASSWORD } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { opened } from '../support/links.ts';
import { type Faults, smtpError } from '../support/mail-server.ts';
import { linkIn, type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { type Session, signedIn } from '../support/session.ts';

const faults: Faults = {};
let mailing: Mailing;
let alice: Session;

beforeEach(async () => {
  mailing = await startMailing({ onRecipient: (address) => faults.onRecipient?.(address) });
  alice = await signedIn(mailing.app, 'alice');
});
afterEach(() => mailing.close());

async function invite(name: string, access = 'mail'): Promise<string> {
  const made = await submit(alice, '/users/new', { name, email: `${name}@example.com`, access });
  return made.headers.location;
}

const list = async (query = '') => pageOf(await alice.get(`/invitations${query}`));
const rows = async (query = '') =>
  Object.fromEntries(
    (await list(query)).texts('tbody tr').map((text) => {
      const row = text.replace(/^Tick | Actions$/g, '');
      return [row.split(' ')[0], row];
    }),
  );

/** One invitation of each status, beside that of Carol, which was handed over an hour ago. */
async function oneOfEach(): Promise<void> {
  const links = new Map<string, string>();
  faults.onRecipient = (address) => {
    if (address.startsWith('finn')) throw smtpError(550, 'Gone');
    if (address.startsWith('anna')) throw smtpError(450, 'Busy');
  };
  const emil = await invite('emil');
  await mailing.deliver();
  await alice.send('delete', `${emil}/invitation`);
  for (const name of ['cora', 'dora', 'bert', 'finn', 'anna']) await invite(name);
  await mailing.deliver();
  for (const mail of mailing.server.mails) links.set(mail.to![0].name, linkIn(mail));
  await opened(mailing.app, links.get('cora')!);
  const dora = await opened(mailing.app, links.get('dora')!);
  await dora.post('/invitations/acceptance', { password: PASSWORD, repeated: PASSWORD });
}

it('shows of each invitation how far it has got, by whom and by which channel', async () => {
  await oneOfEach();
  expect(await rows()).toEqual({
    anna: 'anna anna@example.com Waiting to be sent 450 Busy By mail alice just now',
    finn: 'finn finn@example.com Not delivered 550 Gone By mail alice just now',
    bert: 'bert bert@example.com Sent until 25 Nov 2026, 12:00 UTC By mail alice just now',
    dora: 'dora dora@example.com Accepted 22 Nov 2026, 12:00 UTC By mail alice just now',
    cora: 'cora cora@example.com Opened 22 Nov 2026, 12:00 UTC; until 25 Nov 2026, 12:00 UTC By mail alice just now',
    carol: 'carol carol@example.com Copied until 25 Nov 2026, 11:00 UTC By link the program 1 hour ago',
  });
  expect(Object.keys(await rows('?status=withdrawn'))).toEqual(['emil']);
});

it('counts each status and each channel under the other filters, and finds people', async () => {
  await oneOfEach();
  expect((await list()).texts('#filters li')).toEqual([
    'Waiting to be sent 1',
    'Copied 1',
    'Sent 1',
    'Opened 1',
    'Accepted 1',
    'Expired 0',
    'Not delivered 1',
    'Withdrawn or replaced 1',
    'By mail 5',
    'By link 1',
  ]);
  expect((await list('?status=sent')).texts('#filters li').slice(-2)).toEqual(['By mail 1', 'By link 0']);
  expect((await list('?channel=copy')).texts('#filters li').slice(0, 4)).toEqual([
    'Waiting to be sent 0',
    'Copied 1',
    'Sent 0',
    'Opened 0',
  ]);
  expect(Object.keys(await rows('?status=sent&status=copied&channel=mail'))).toEqual(['bert']);
  expect(Object.keys(await rows('?q=ora'))).toEqual(['dora', 'cora']);
  expect((await list('?q=nowhere')).textOf('.empty')).toBe('No invitation matches all of this. Clear all filters');
});

it('keeps what expired in view, and it stands in nobody’s way', async () => {
  const anna = await invite('anna');
  await mailing.deliver();
  mailing.app.clock.advance(72 * HOUR);
  alice = await signedIn(mailing.app, 'alice');
  expect(Object.keys(await rows('?status=expired'))).toEqual(['anna', 'carol']);
  expect(pageOf(await alice.get('/users?state=invitation-expired')).textOf('#total')).toBe('2 users');
  await submit(alice, `${anna}/invitation/new`);
  expect(await rows('?q=anna')).toEqual({ anna: expect.stringMatching(/Waiting to be sent/) });
});

it('goes through all of them page by page, and back', async () => {
  await mailing.app.db.write(async (trx) => {
    for (let n = 0; n < 119; n++)
      await trx('links').insert({
        purpose: 'invitation',
        user_id: mailing.app.people.bob,
        nonce: `n${n}`,
        token_hash: `h${n}`,
        created_at: '2026-11-22T11:30:00.000Z',
        expires_at: '2026-11-25T11:30:00.000Z',
        ended_at: '2026-11-22T11:31:00.000Z',
      });
  });
  const seen: number[] = [];
  let path: string | undefined = '/invitations?status=withdrawn&status=copied';
  for (
    ;
    path;
    path = pageOf(await alice.get(path))
      .$('a[rel=next]')
      .attr('href')
  ) {
    const page = pageOf(await alice.get(path));
    seen.push(page.$('tbody tr').length);
    if (seen.length === 3) {
      const back = pageOf(await alice.get(page.$('a[rel=prev]').attr('href')!));
      expect(back.$('tbody tr').length).toBe(50);
      expect(back.$('a[rel=prev]').length).toBe(1);
    }
  }
  expect(seen).toEqual([50, 50, 20]);
});

it.each([
  ['name', ['anna', 'bert', 'carol', 'cora', 'dora', 'finn']],
  ['email', ['anna', 'bert', 'carol', 'cora', 'dora', 'finn']],
  ['status', ['anna', 'carol', 'bert', 'cora', 'dora', 'finn']],
  ['channel', ['carol', 'cora', 'dora', 'bert', 'finn', 'anna']],
  ['creator', ['cora', 'dora', 'bert', 'finn', 'anna', 'carol']],
  ['made', ['carol', 'cora', 'dora', 'bert', 'finn', 'anna']],
])('sorts all of them by %s, both ways, from page to page', async (sort, order) => {
  await oneOfEach();
  for (const [by, wanted] of [
    [sort, order],
    [`-${sort}`, order.toReversed()],
  ] as const) {
    const page = await list(`?sort=${by}`);
    expect(page.texts('th.name a')).toEqual(wanted);
    expect(page.$('th[aria-sort]').attr('aria-sort')).toBe(by === sort ? 'ascending' : 'descending');
    for (const [n, id] of page
      .$('tbody tr')
      .toArray()
      .map((row) => Number(row.attribs.id.replace('invitation-', '')))
      .entries()) {
      const values: Record<string, string | number> = {
        name: wanted[n],
        email: `${wanted[n]}@example.com`,
        status: ['Waiting to be sent', 'Copied', 'Sent', 'Opened', 'Accepted', 'Expired', 'Not delivered'].indexOf(
          page.texts('td.status .badge')[n],
        ),
        channel: wanted[n] === 'carol' ? 'copy' : 'mail',
        creator: wanted[n] === 'carol' ? 'the program' : 'alice',
        made: wanted[n] === 'carol' ? '2026-11-22T11:00:00.000Z' : '2026-11-22T12:00:00.000Z',
      };
      const place = encodeCursor({ value: values[sort], id });
      expect((await list(`?sort=${by}&after=${place}`)).texts('th.name a')).toEqual(wanted.slice(n + 1));
      expect((await list(`?sort=${by}&before=${place}`)).texts('th.name a')).toEqual(wanted.slice(0, n));
    }
  }
});

it('invites anew whom it shows', async () => {
  const draft = await alice.post('/bulk-operations', { action: 'reinvite', ids: String(mailing.app.people.carol) });
  await submit(alice, draft.headers.location);
  expect(Object.keys(await rows('?q=carol'))).toEqual(['carol']);
  expect((await rows('?q=carol')).carol).toMatch(/Waiting to be sent .* By mail alice/);
});

it.each([
  '?status=sent&status=nonsense',
  '?status[]=x',
  '?after=x',
  '?before=-1',
  '?after=999999&before=1',
  '?q=%00&q=b',
])('answers %s without a mistake', async (query) => {
  expect((await alice.get(`/invitations${query}`)).status).toBe(200);
});
