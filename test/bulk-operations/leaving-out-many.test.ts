import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pruneDrafts } from '../../src/bulk-operations/bulk-operation-store.ts';
import { findItemIds } from '../../src/bulk-operations/bulk-piece-store.ts';
import { instant } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { addCrowd, addGroups } from '../support/crowd.ts';
import { pageOf } from '../support/page.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  await addCrowd(app, 400);
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

/** All that a list shows, by its first page and those that follow: their ids in its order. */
async function listed(path: string): Promise<{ ids: string[]; pages: string[] }> {
  const [ids, pages]: string[][] = [[], []];
  for (let at: string | undefined = path; at !== undefined; ) {
    const { $ } = pageOf(await alice.get(at));
    pages.push(at);
    ids.push(
      ...$('tbody input[name=ids]')
        .get()
        .map((box) => $(box).attr('value')!),
    );
    at = $('#next-page').attr('href');
  }
  return { ids, pages };
}

/** What the form of a list sends from this page, where these boxes stay ticked. */
async function formAt(path: string, isTicked: (id: string, isTicked: boolean) => boolean) {
  const { $ } = pageOf(await alice.get(path));
  const boxes = $('tbody input[name=ids]').get();
  const ids = boxes.filter((box) => isTicked($(box).attr('value')!, $(box).is(':checked')));
  const hidden = $('#bulk-form input[type=hidden]').get();
  return {
    ...Object.fromEntries(hidden.map((field) => [$(field).attr('name')!, $(field).attr('value') ?? ''])),
    scope: 'all',
    ids: ids.map((box) => $(box).attr('value')!),
  };
}

const ticked = async (path: string) => {
  const { $, textOf } = pageOf(await alice.get(path));
  const boxes = $('tbody input[name=ids]').get();
  return {
    said: textOf('#ticked'),
    ids: boxes.filter((box) => $(box).is(':checked')).map((box) => $(box).attr('value')!),
  };
};

/** Goes along the pages of a list without scripts and unticks all but every fifth row. Returns the address of the last one, and whom it left. */
async function leaveOutMost(path: string) {
  const { ids, pages } = await listed(`${path}?per=100`);
  const stay = new Set(ids.filter((_, n) => n % 5 === 0));
  const addresses = [`${path}?per=100&ticked=all`];
  for (const next of pages.slice(1)) {
    const turned = await alice.post('/bulk-operations', {
      ...(await formAt(addresses.at(-1)!, (id) => stay.has(id))),
      page: next,
    });
    expect(turned.status).toBe(303);
    addresses.push(turned.headers.location);
  }
  return { ids, stay, addresses };
}

describe('more of those left out by hand than an address holds', () => {
  it('go along from page to page without scripts, and Back shows what it showed', async () => {
    const { ids, stay, addresses } = await leaveOutMost('/users');
    expect(addresses.at(-1)).toMatch(/&ticked=all&except=draft-\d+$/);
    // Those of the page before last are left out already; those of the last one are ticked still.
    const last = await ticked(addresses.at(-1)!);
    expect(last.ids).toEqual(ids.slice((addresses.length - 1) * 100));
    const before = ids.slice(0, (addresses.length - 1) * 100).filter((id) => !stay.has(id)).length;
    expect(before).toBeGreaterThan(200);
    expect(last.said).toBe(`${ids.length - before} of ${ids.length} matching are meant`);
    const form = await formAt(addresses.at(-1)!, (id) => stay.has(id));
    const drafted = await alice.post('/bulk-operations', { ...form, action: 'confirm-access' });
    const id = Number(drafted.headers.location.split('/').at(-1));
    expect(new Set((await findItemIds(app.db.read, id)).map(String))).toEqual(stay);
    expect(pageOf(await alice.get(drafted.headers.location)).textOf('#excepted')).toBe(
      `${ids.length - stay.size} users were left out by hand.`,
    );
    // Whoever goes back ticks some of them again, and nobody else.
    const again = await formAt(addresses.at(-2)!, (_, isTicked) => isTicked);
    const turned = await alice.post('/bulk-operations', { ...again, page: '/users?per=100' });
    expect((await ticked(turned.headers.location)).ids).toEqual(ids.slice(0, 100).filter((one) => stay.has(one)));
  });

  it('are groups and contacts as well', async () => {
    await addGroups(app, 400);
    for (let n = 0; n < 320; n++) await addContact(app, { name: `Contact ${n}` });
    for (const list of ['/groups', '/contacts']) {
      const { ids, addresses } = await leaveOutMost(list);
      expect(addresses.at(-1)).toMatch(/except=draft-/);
      expect((await ticked(addresses.at(-1)!)).ids).toEqual(ids.slice((addresses.length - 1) * 100));
    }
  });

  it('stay where a page lies behind the end meanwhile', async () => {
    const { addresses } = await leaveOutMost('/users');
    await app.db.write((trx) =>
      trx('users').where('sort_name', '>', 'b').update({ activity: 'deleted', deleted_from: 'active' }),
    );
    const moved = await alice.get(addresses.at(-1)!);
    expect([moved.status, moved.headers.location]).toEqual([
      303,
      expect.stringMatching(/ticked=all&except=draft-\d+$/),
    ]);
  });

  it('are known to whoever left them out alone, for a day, and nobody is ticked then', async () => {
    const { addresses } = await leaveOutMost('/users');
    const address = addresses.at(-1)!;
    const refused = async (session: Session, path: string) => {
      const answer = await session.get(path);
      const page = pageOf(answer);
      expect(page.textOf('main')).toContain('Whom you left out here is not known any more');
      return [answer.status, page.$('main a.button').attr('href')];
    };
    const [view] = address.split('&ticked');
    expect(await refused(await signedIn(app, 'ada'), address)).toEqual([404, view]);
    expect(await refused(alice, address.replace('/users', '/groups'))).toEqual([
      404,
      expect.stringMatching(/^\/groups/),
    ]);
    expect(await refused(alice, '/users?ticked=all&except=draft-999999')).toEqual([404, '/users']);
    expect((await alice.get(address)).status).toBe(200);
    await app.db.write((trx) => pruneDrafts(trx, instant(app.clock.now() + 1)));
    expect(await refused(alice, address)).toEqual([404, view]);
  });

  it('are kept by nobody who may not change them', async () => {
    const except = Array.from({ length: 300 }, (_, n) => n + 1).join();
    const reader = await signedIn(app, 'rita');
    const turned = await reader.post('/bulk-operations', {
      page: '/users?after=x',
      scope: 'all',
      view: '/users',
      except,
    });
    expect(turned.status).toBe(403);
    expect(await app.db.read('bulk_operations')).toEqual([]);
  });
});
