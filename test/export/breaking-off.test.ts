import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { instant, MINUTE, minuteOf } from '../../src/clock.ts';
import { findContactViewer } from '../../src/contacts/contact-viewer.ts';
import { exportRecords } from '../../src/export/actions/exporting.ts';
import { EXPORT_KINDS } from '../../src/export/pages/export-kinds.ts';
import { tellCutOff } from '../../src/export/running-export-store.ts';
import type { Sink } from '../../src/lists/written-out.ts';
import { format } from '../../src/text/format.ts';
import type { Act } from '../../src/verbs/act.ts';
import { commandLineAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { addCrowd } from '../support/crowd.ts';
import { download } from '../support/exports.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { type Session, signedIn } from '../support/session.ts';
import { atFirst, type Download, downloadSlowly, type OnPiece } from '../support/slow-download.ts';
import { refuseBefore } from '../support/triggers.ts';

let app: TestApp;
let rita: Session;

beforeEach(async () => {
  app = await startApp();
  rita = await signedIn(app, 'rita');
  await addCrowd(app, 3_000);
  await app.context.index.refreshWholly();
});
afterEach(() => app.close());

/** Downloads all users. */
async function slowly(session: Session, onPiece: OnPiece): Promise<Download> {
  const page = pageOf(await submit(session, '/users/export', { step: 'all' })).typed();
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...page, _csrf: await session.formToken() }))
    for (const one of [value].flat()) body.append(name, one);
  return downloadSlowly(app, session, '/users/export', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: body.toString(),
    onPiece,
  });
}

const exportEvents = async () => {
  const rows = await app.db.read('audit_events').where('action', 'records.exported');
  return rows.map((row) => JSON.parse(row.after));
};

async function settled(): Promise<void> {
  for (let n = 0; n < 200; n++) {
    if ((await app.db.read('running_exports')).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('an export that is not whole', () => {
  it('is told from one that is', async () => {
    const whole = await slowly(rita, () => {});
    expect(whole).toMatchObject({ status: 200, isWhole: true });
    expect(whole.text.trimEnd().split('\r\n').at(-1)).toMatch(/^[b-z]{16}:user:\d+:last of 29\d\d,/);
  });

  it('stops visibly where its reader loses the right in its middle', async () => {
    const answer = await slowly(
      rita,
      atFirst(() => app.db.write((trx) => trx('group_permissions').where('application', 'users').delete())),
    );
    expect(answer).toMatchObject({ status: 200, isWhole: false });
    expect(answer.text.trimEnd().split('\r\n').at(-1)).toMatch(
      /^THIS FILE IS INCOMPLETE: it was broken off after [\d,]+ lines\.,+$/,
    );
    expect(answer.text).not.toMatch(/:last of/);
    await settled();
    expect(await exportEvents()).toEqual([
      expect.objectContaining({ brokenOff: 'whoever asked may not see it any more', rows: expect.any(Number) }),
    ]);
  });

  it.each([
    ['is signed out', () => app.db.write((trx) => trx('sessions').delete())],
    [
      'is deactivated',
      () => app.db.write((trx) => trx('users').where('name', 'rita').update({ activity: 'deactivated' })),
    ],
    [
      'sees fewer contacts',
      () => app.db.write((trx) => trx('users').where('name', 'rita').update({ no_shared_data: true })),
    ],
  ])('stops where its reader %s', async (_, change) => {
    const answer = await slowly(rita, atFirst(change));
    expect(answer.isWhole).toBe(false);
    expect(answer.text).toMatch(/THIS FILE IS INCOMPLETE/);
  });

  it('is told by the audit where its reader goes away', async () => {
    await slowly(rita, (_, stop) => stop());
    await settled();
    expect(await exportEvents()).toEqual([expect.objectContaining({ brokenOff: 'whoever asked went away' })]);
    // Nothing of it is held: many can be begun and left.
    for (let n = 0; n < 5; n++) await slowly(rita, (_text, stop) => stop());
    await settled();
    expect((await download(rita, '/users/export?q=bob')).status).toBe(200);
  });

  it('is told by the audit where its process was killed', async () => {
    const audit = await watchAudit(app);
    const sink: Sink = { write: () => new Promise(() => {}) };
    void exporting(sink);
    while ((await app.db.read('running_exports')).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await app.db.write((trx) => tellCutOff(trx, app.context.actSettings, app.clock.now() + 9 * MINUTE));
    expect(await audit.actions()).toEqual([]);
    await app.db.write((trx) => tellCutOff(trx, app.context.actSettings, app.clock.now() + 11 * MINUTE));
    await app.db.write((trx) => tellCutOff(trx, app.context.actSettings, app.clock.now() + 11 * MINUTE));
    expect(await audit.since()).toMatchObject([
      { action: 'records.exported', after: { rows: 0, brokenOff: 'Roster was stopped meanwhile' } },
    ]);
  });

  it('is one whose event could not be written', async () => {
    const written: string[] = [];
    const failing: Sink = {
      async write(text) {
        written.push(text);
        if (written.length === 2) await refuseBefore(app.db.writer, 'insert on audit_events', 'no');
      },
    };
    await expect(exporting(failing)).rejects.toThrow();
    expect(written.at(-1)).toMatch(/THIS FILE IS INCOMPLETE/);
    // It is told as soon as it can be.
    expect(await app.db.read('running_exports')).toHaveLength(1);
  });

  it('stops where something goes wrong, and says no more than that', async () => {
    const answer = await slowly(rita, async () => {
      await app.db.writer.raw('drop table if exists user_tags');
    });
    expect(answer.isWhole).toBe(false);
    expect(answer.text).toMatch(/THIS FILE IS INCOMPLETE/);
    expect(answer.text).not.toMatch(/user_tags|SQLITE/);
    await settled();
    expect(await exportEvents()).toEqual([expect.objectContaining({ brokenOff: 'something went wrong' })]);
    expect(app.log.join()).toMatch(/a file broke off/);
  });
});

function exporting(sink: Sink): Promise<number> {
  const act: Act = { ...commandLineAct(app.context.actSettings), at: instant(app.clock.now()) };
  const look = () => findContactViewer(app.db.read, act.by, minuteOf(app.clock.now()));
  const columns = EXPORT_KINDS.users.columns.map(({ key }) => key);
  return exportRecords(
    app.context,
    { act, look },
    { kind: EXPORT_KINDS.users, meant: { view: '' }, columns, fileFormat: 'csv', format },
    sink,
  );
}

describe('the set of an export', () => {
  it('is that of its beginning: whoever is renamed meanwhile is in it once, whoever comes is not', async () => {
    let written = '';
    let isChanged = false;
    await exporting({
      async write(text) {
        written += text;
        if (isChanged || !text.includes(':user:')) return;
        isChanged = true;
        // From the end to the front, and from the front to the end.
        await app.db.write(async (trx) => {
          const last = await trx('users').whereNot('activity', 'deleted').orderBy('sort_name', 'desc').first();
          await trx('users').where('id', last.id).update({ sort_name: '!', description: 'moved to the front' });
          const first = await trx('users')
            .whereNot('activity', 'deleted')
            .where('sort_name', '>', '!')
            .orderBy('sort_name')
            .first();
          await trx('users').where('id', first.id).update({ sort_name: '~~~~' });
          await trx('users').where('name', 'robin').update({ activity: 'deleted' });
        });
      },
    });
    const ids = [...written.matchAll(/^[b-z]{16}:user:(\d+)/gm)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const total = Number((await app.db.read('users').whereNot('activity', 'deleted').count('* as n').first())!.n);
    expect(ids).toHaveLength(total + 1);
    expect(written).toMatch(/moved to the front/);
  });
});

describe('many at once', () => {
  it('are turned away with a word past the fourth, by whoever, and let in when one has ended', async () => {
    const alice = await signedIn(app, 'alice');
    const page = pageOf(await alice.get('/groups/export')).typed();
    const opened = Promise.withResolvers<void>();
    // Each writes down that it begins, and nobody can write.
    const held = app.db.write(() => opened.promise);
    const running = Array.from({ length: 4 }, () => slowly(rita, () => {}));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const refused = await alice.post('/groups/export', page);
    opened.resolve();
    await held;
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe('30');
    expect(refused.headers['content-disposition']).toBeUndefined();
    expect(pageOf(refused).textOf('main')).toContain('4 exports are running already');
    expect((await Promise.all(running)).map(({ isWhole }) => isWhole)).toEqual([true, true, true, true]);
    expect((await alice.post('/groups/export', page)).status).toBe(200);
  });
});
