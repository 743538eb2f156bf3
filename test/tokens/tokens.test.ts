import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { hashOfSecret } from '../../src/access/secret-hash.ts';
import { isSecret, newSecret } from '../../src/tokens/token-secret.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { everything } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

const NEW = { name: 'nightly', scopes: ['users:read', 'check'] };

describe('the secret of a token', () => {
  it('is found by its prefix, and told from a mistyped one by its last digits', () => {
    const secret = newSecret();
    expect(secret).toMatch(/^roster_[0-9A-Za-z]{49}$/);
    expect(isSecret(secret)).toBe(true);
    const other = secret[10] === 'a' ? 'b' : 'a';
    expect(isSecret(secret.slice(0, 10) + other + secret.slice(11))).toBe(false);
    expect(isSecret(`${secret}0`)).toBe(false);
    expect(newSecret()).not.toBe(secret);
  });
});

describe('tokens', () => {
  let app: TestApp;
  let alice: Session;
  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterAll(() => app.close());

  it('are made by anybody for themself, shown once, and kept as hashes (R55)', async () => {
    const bob = await signedIn(app, 'bob');
    const audit = await watchAudit(app);
    const made = await submit(bob, '/credentials/tokens/new', NEW);
    expect(made.status).toBe(200);
    expect(made.headers['cache-control']).toBe('no-store');
    const secret = pageOf(made).$('#secret').attr('value')!;
    expect(isSecret(secret)).toBe(true);
    expect(await audit.since()).toMatchObject([
      { action: 'token.made', after: { token: 'nightly', scopes: ['users:read', 'check'], until: '2027-02-20' } },
    ]);
    const kept = JSON.stringify(await everything(app));
    expect(kept).not.toContain(secret);
    expect(kept).toContain(hashOfSecret(secret));
    const list = pageOf(await bob.get('/credentials/tokens'));
    expect(list.textOf('.rows li')).toContain('nightly');
    expect(list.$.html()).not.toContain(secret);
    expect(pageOf(await bob.get('/credentials')).fact('Tokens')).toMatch(/^1 /);
    expect(list.textOf('.rows li')).toMatch(/until 20 Feb 2027, .*, never used/);
    await supertest(app.url).get('/api/v1/users').set('Authorization', `Bearer ${secret}`);
    expect(pageOf(await bob.get('/credentials/tokens')).textOf('.rows li')).toMatch(
      /last used 22 Nov 2026, 12:00 UTC from 127\.0\.0\.1/,
    );
  });

  it('of a person are made by nobody else, and are listed and revoked by who administers them', async () => {
    expect((await alice.get(pathTo(app, 'bob', '/tokens/new'))).status).toBe(403);
    const before = await app.db.read('tokens');
    expect((await alice.post(pathTo(app, 'bob', '/tokens'), { name: 'x', scopes: ['users:read'] })).status).toBe(403);
    expect(await app.db.read('tokens')).toEqual(before);
    const record = pageOf(await alice.get(pathTo(app, 'bob')));
    expect(record.textOf('section:has(#tokens)')).toContain('nightly');
    const action = record.$('form[action*="/tokens/"]').attr('action')!;
    const audit = await watchAudit(app);
    await alice.send('delete', action);
    expect(await audit.since()).toMatchObject([{ action: 'token.revoked', after: { token: 'nightly' } }]);
    expect(pageOf(await alice.get(pathTo(app, 'bob', '/tokens'))).textOf('section:has(#old-tokens)')).toContain(
      'revoked',
    );
    await alice.send('delete', action);
    expect(await audit.since()).toHaveLength(1);
  });

  it('of a program are made by who administers it, and rotated with a while for the old one', async () => {
    const made = await submit(alice, pathTo(app, 'robin', '/tokens/new'), {
      ...NEW,
      days: '30',
      addresses: '10.0.0.0/8',
    });
    expect(made.status).toBe(200);
    const [{ id }] = await app.db.read('tokens').where('user_id', app.people.robin);
    const rotated = await submit(alice, pathTo(app, 'robin', `/tokens/${id}/rotation/new`), { hours: '1' });
    expect(isSecret(pageOf(rotated).$('#secret').attr('value')!)).toBe(true);
    const tokens = await app.db.read('tokens').where('user_id', app.people.robin).orderBy('id');
    expect(tokens.map((token) => token.expires_at)).toEqual(['2026-11-22T13:00:00.000Z', '2026-12-22T12:00:00.000Z']);
    expect(tokens[1]).toMatchObject({ scopes: tokens[0].scopes, addresses: '["10.0.0.0/8"]', name: 'nightly' });
  });

  it('are refused with what was typed kept, where something will not do', async () => {
    const refused = await submit(alice, '/credentials/tokens/new', {
      name: ' ',
      days: '366',
      addresses: '10.0.0.0/99',
    });
    expect(refused.status).toBe(422);
    expect(Object.keys(pageOf(refused).errors())).toEqual(['name', 'scopes', 'days', 'addresses']);
    expect(pageOf(refused).typed()).toMatchObject({ days: '366', addresses: '10.0.0.0/99' });
    const nonsense: Fields[] = [{ name: ['a', 'b'] }, { scopes: ['everything'], name: 'a', days: '1' }];
    for (const fields of nonsense)
      expect((await alice.post('/credentials/tokens', fields)).status).toBeGreaterThanOrEqual(400);
    expect((await alice.get('/credentials/tokens/999999/rotation/new')).status).toBe(404);
    expect(await app.db.read('tokens').where('user_id', app.people.alice)).toEqual([]);
  });

  it('of a program open nothing that who sees the secret could not have given (R85)', async () => {
    const max = await signedIn(app, 'max');
    const form = await max.get(pathTo(app, 'robin', '/tokens/new'));
    expect(pageOf(form).texts('#scopes code')).toEqual(['users:read', 'users:write', 'check', 'confirm']);
    const before = await app.db.read('tokens');
    for (const scope of ['groups:write', 'scim']) {
      const refused = await max.post(pathTo(app, 'robin', '/tokens'), { ...NEW, days: '30', scopes: ['check', scope] });
      expect(pageOf(refused).errors().scopes).toMatch(/You may not do that yourself/);
    }
    expect(await app.db.read('tokens')).toEqual(before);
    expect((await submit(max, pathTo(app, 'robin', '/tokens/new'), NEW)).status).toBe(200);
    await submit(alice, pathTo(app, 'robin', '/tokens/new'), { name: 'wide', scopes: ['scim'] });
    const wide = await app.db.read('tokens').where('name', 'wide').first();
    expect((await max.get(pathTo(app, 'robin', `/tokens/${wide!.id}/rotation/new`))).status).toBe(403);
    expect((await max.post(pathTo(app, 'robin', `/tokens/${wide!.id}/rotation`), { hours: '0' })).status).toBe(403);
    expect(await app.db.read('tokens').where('name', 'wide')).toEqual([wide]);
  });

  it('end with the user', async () => {
    for (const path of ['/deactivation', '/deletion']) {
      await app.db.write((trx) => trx('tokens').update({ ended_at: null, expires_at: '2027-01-01T00:00:00.000Z' }));
      await alice.post(pathTo(app, 'robin', path));
      const open = await app.db.read('tokens').where('user_id', app.people.robin).whereNull('ended_at');
      expect([path, open]).toEqual([path, []]);
    }
  });
});
