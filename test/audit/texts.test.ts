import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { recordChanges } from '../../src/audit/audit-store.ts';
import { findAlteredTexts } from '../../src/audit/audit-texts.ts';
import { verifyChain } from '../../src/audit/chain.ts';
import { findEvents } from '../../src/audit/event-list.ts';
import { asKept } from '../../src/db/kept-text.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const verify = () => verifyChain(app.db.read, app.config.secrets.audit);
const textsOf = (type: string, id: number) =>
  app.db.read('audit_texts').where({ subject_type: type, subject_id: id }).pluck('text');
const eraseBob = () =>
  app.db.write((trx) => trx('audit_texts').where({ subject_type: 'user', subject_id: app.people.bob }).delete());
const lastFields = async () => pageOf(await alice.get(pathTo(app, 'bob'))).texts('.event:first-child .fields li');

describe('what is somebody’s', () => {
  it('stands in no event, but beside them, and is theirs', async () => {
    const fields = {
      name: 'robert',
      email: 'robert@example.com',
      tags: 'Night owl',
      description: 'Sings in the choir.',
    };
    await submit(alice, pathTo(app, 'bob', '/edit'), fields);
    const bob = new Session(app);
    await bob.signIn('robert');
    expect((await bob.get('/audit')).status).toBe(404);
    const events = JSON.stringify(await app.db.read('audit_events'));
    for (const said of [
      'alice',
      'bob',
      'robert',
      'example.com',
      'Night owl',
      'Sings',
      'Support',
      '127.0.0.1',
      '/audit',
    ])
      expect([said, events.includes(said)]).toEqual([said, false]);
    expect(await textsOf('user', app.people.bob)).toEqual(
      expect.arrayContaining(['bob', 'robert', 'robert@example.com', 'Night owl', 'GET /audit', '127.0.0.1']),
    );
    expect(await textsOf('user', app.people.alice)).not.toContain('robert');
  });

  it('is kept once, however often it is said', async () => {
    const count = async () => Number((await app.db.read('audit_texts').count('* as texts').first())!.texts);
    await alice.post(pathTo(app, 'lena', '/access-confirmation'));
    const before = await count();
    for (let n = 0; n < 3; n++) await alice.post(pathTo(app, 'lena', '/access-confirmation'));
    expect(await count()).toBe(before);
    // And for each of them anew: two people have nothing in common that could not be deleted for one.
    await submit(alice, pathTo(app, 'lena', '/edit'), { tags: 'Berlin' });
    const digests = await app.db.read('audit_texts').where('text', 'Berlin').pluck('digest');
    expect(new Set(digests).size).toBe(digests.length);
    expect(digests.length).toBeGreaterThan(1);
  });

  it('has a digest behind those of all that were said before it', async () => {
    for (const [n, name] of (['bob', 'lena', 'carol', 'dave'] as const).entries())
      await submit(alice, pathTo(app, name, '/edit'), { description: `Said as number ${n}.` });
    const said: { digest: string; text: string }[] = await app.db
      .read('audit_texts')
      .whereLike('text', 'Said as number %')
      .orderBy('digest');
    expect(said.map(({ text }) => text)).toEqual([0, 1, 2, 3].map((n) => `Said as number ${n}.`));
    expect(said.every(({ digest }) => /^[\w-]{43}$/.test(digest))).toBe(true);
    expect(await verify()).toMatchObject({ intact: true });
  });

  it('is as it was kept where its digest has no number yet', async () => {
    const [salt, text] = ['AbCdEfGhIjKlMnOpQrStUv', 'Sings'];
    const digest = createHash('sha256')
      .update(JSON.stringify([salt, text]))
      .digest('base64url');
    const kept = { digest, salt, text, subject_type: 'user', subject_id: app.people.bob };
    await app.db.write((trx) => trx('audit_texts').insert(kept));
    expect(await findAlteredTexts(app.db.read)).toEqual(new Set());
    await app.db.write((trx) => trx('audit_texts').where({ digest }).update({ text: 'Steals' }));
    expect((await findAlteredTexts(app.db.read)).has(digest)).toBe(true);
  });

  it.each(['two\u0000parts', 'half \ud800 a fox', '{"text":"x"}', '"\\', 'e\u0301', ''])(
    'comes back as it was: %j',
    async (text) => {
      const by = { id: app.people.alice, name: 'alice', rights: {} };
      const act = {
        by,
        at: '2026-11-22T12:00:00.000Z',
        address: '',
        requestId: 'r',
        ...actSettings(app.config),
      };
      const change = { action: 'user.updated', subjectType: 'user', subjectId: 1, subjectName: 'x' } as const;
      for (let n = 0; n < 2; n++)
        await app.db.write((trx) =>
          recordChanges(trx, act, [{ ...change, after: { description: text, tags: [text] } }]),
        );
      const [event] = await findEvents(app.db.read, {}, 1);
      const kept = asKept(app.db.read, text.toWellFormed());
      expect(event.after).toEqual({ description: kept, tags: [kept] });
      expect((await verify()).intact).toBe(true);
    },
  );
});

describe('a text that was deleted', () => {
  it('leaves the chain whole, and is told as erased', async () => {
    await submit(alice, pathTo(app, 'bob', '/edit'), { description: 'Sings in the choir.' });
    expect(await lastFields()).toEqual(['description: nothing → Sings in the choir.']);
    const events = await app.db.read('audit_events').count('* as n').first();
    await eraseBob();
    expect(await lastFields()).toEqual(['description: nothing → erased']);
    expect(await verify()).toEqual({ intact: true, events: events!.n });
    const [first] = pageOf(await alice.get('/audit')).texts('.event > p:first-child');
    expect(first).toBe('12:00 alice changed bob');
  });

  it('leaves of a refusal that there was one', async () => {
    const bob = await signedIn(app, 'bob');
    await bob.get('/audit');
    await eraseBob();
    const [event] = await findEvents(app.db.read, { action: 'request.refused' }, 1);
    expect([event.actorId, event.subjectName, event.after]).toEqual([app.people.bob, 'erased', { reason: 'erased' }]);
    const [first] = pageOf(await alice.get('/audit?action=request.refused')).texts('.event');
    expect(first).toMatch(/^12:00 bob was refused a request that was erased erased from erased, request /);
    expect((await verify()).intact).toBe(true);
  });
});

describe('a text that was altered', () => {
  interface Kept {
    digest: string;
    salt: string;
    text: string;
  }

  it.each<[string, (kept: Kept) => Partial<Kept>]>([
    ['itself', () => ({ text: 'Steals' })],
    ['its salt', () => ({ salt: 'x' })],
    ['where its salt ends', ({ salt, text }) => ({ salt: salt.slice(0, -1), text: `${salt.at(-1)}${text}` })],
    ['its digest', () => ({ digest: 'A'.repeat(43) })],
  ])('is found in the first event that says it: %s (R79)', async (_, change) => {
    await submit(alice, pathTo(app, 'bob', '/edit'), { description: 'Sings' });
    const [{ id }] = await findEvents(app.db.read, {}, 1);
    await submit(alice, pathTo(app, 'bob', '/edit'), { description: '' });
    const kept: Kept = await app.db.read('audit_texts').where('text', 'Sings').first();
    await app.db.write((trx) => trx('audit_texts').where('digest', kept.digest).update(change(kept)));
    expect(await verify()).toEqual({ intact: false, eventId: id, problem: 'has a text that was altered' });
  });
});
