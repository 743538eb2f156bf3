import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { everything } from '../support/database.ts';
import { Described } from '../support/described.ts';
import { isSignedIn } from '../support/people.ts';
import { EVERY_SCOPE, programAs } from '../support/program.ts';
import { signedIn } from '../support/session.ts';

const MAILING = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' };

let app: TestApp;
let described: Described;

beforeAll(async () => {
  app = await startApp({ ...MAILING, TOKEN_REQUESTS: '100000' });
  described = new Described(await programAs(app, 'alice'));
});
afterAll(() => app.close());

const ask: Described['ask'] = (...words) => described.ask(...words);

describe('the sessions of a user, for programs', () => {
  it('are listed, and one ends', async () => {
    const bob = await signedIn(app, 'bob');
    const path = `/users/${app.people.bob}/sessions`;
    const listed = await ask('get /users/{id}/sessions', path);
    expect(listed.body.items).toHaveLength(1);
    const audit = await watchAudit(app);
    const one = '/users/{id}/sessions/{session}';
    const ended = await ask(`delete ${one}`, `${path}/${listed.body.items[0].id}`);
    expect(ended.body.items).toEqual([]);
    expect(await isSignedIn(bob)).toBe(false);
    expect((await audit.since()).map(({ action }) => action)).toEqual(['user.sessions-ended']);
    expect((await ask(`delete ${one}`, `${path}/${listed.body.items[0].id}`)).status).toBe(404);
    expect((await ask(`delete ${one}`, `${path}/constructor`)).status).toBe(404);
  });

  it('are not theirs to end who may not administer the user', async () => {
    const alice = await signedIn(app, 'alice');
    const max = await programAs(app, 'max');
    const path = `/users/${app.people.alice}/sessions`;
    const [{ id }] = (await max.get(path)).body.items;
    expect((await max.ask('delete', `${path}/${id}`)).status).toBe(403);
    expect((await described.program.ask('delete', `${path}/${id}`)).status).toBe(403);
    expect(await isSignedIn(alice)).toBe(true);
  });
});

describe('the tokens of a user, for programs', () => {
  it('are told without what they are, and revoked', async () => {
    const robin = await programAs(app, 'robin', ['users:read']);
    const path = `/users/${app.people.robin}/tokens`;
    const listed = await ask('get /users/{id}/tokens', path);
    expect(listed.body.items[0]).toMatchObject({ id: robin.tokenId, scopes: ['users:read'], isLive: true });
    expect(JSON.stringify(listed.body)).not.toContain(robin.secret);
    const audit = await watchAudit(app);
    const revoked = await ask('delete /users/{id}/tokens/{token}', `${path}/${robin.tokenId}`);
    expect(revoked.body).toMatchObject({ id: robin.tokenId, isLive: false });
    expect((await robin.get('/users')).status).toBe(401);
    expect((await audit.since()).map(({ action }) => action)).toEqual(['token.revoked']);
    expect((await ask('delete /users/{id}/tokens/{token}', `${path}/${robin.tokenId}`)).status).toBe(409);
    const other = `/users/${app.people.bob}/tokens/${described.program.tokenId}`;
    expect((await ask('delete /users/{id}/tokens/{token}', other)).status).toBe(404);
    const max = await programAs(app, 'max');
    const own = `/users/${app.people.alice}/tokens/${described.program.tokenId}`;
    expect((await max.ask('delete', own)).status).toBe(403);
  });
});

describe('invitations, for programs', () => {
  it('are listed by the filters of the page, made by mail and withdrawn, and tell no link', async () => {
    const open = await ask('get /invitations', '/invitations?status=copied&status=sent&q=carol&sort=name');
    expect(open.body.items.map((one: { user: { name: string } }) => one.user.name)).toEqual(['carol']);
    expect((await ask('get /invitations', '/invitations?status=lost')).status).toBe(422);
    const audit = await watchAudit(app);
    const made = await ask('post /invitations', '/invitations', { userId: app.people.carol });
    expect(made.body).toMatchObject({ user: { name: 'carol' }, status: 'waiting', channel: 'mail' });
    const path = `/invitations/${made.body.id}`;
    expect(made.headers.location).toBe(`/api/v1${path}`);
    expect((await ask('get /invitations/{id}', path)).body).toEqual(made.body);
    const replaced = `/invitations/${open.body.items[0].id}`;
    expect((await ask('get /invitations/{id}', replaced)).body.status).toBe('withdrawn');
    expect((await ask('delete /invitations/{id}', replaced)).status).toBe(409);
    expect((await ask('delete /invitations/{id}', path)).body.status).toBe('withdrawn');
    expect((await ask('delete /invitations/{id}', path)).status).toBe(409);
    expect((await audit.since()).map(({ action }) => action)).toEqual(['invitation.issued', 'invitation.withdrawn']);
    expect((await ask('post /invitations', '/invitations', { userId: app.people.bob })).status).toBe(409);
    expect((await ask('post /invitations', '/invitations', { userId: 999_999 })).status).toBe(404);
    expect((await ask('post /invitations', '/invitations', { userId: 'carol' })).status).toBe(422);
    const { links } = await everything(app);
    const told = JSON.stringify([open.body, made.body]);
    for (const { nonce, token_hash: hash } of links as { nonce: string; token_hash: string }[])
      expect(told.includes(nonce) || told.includes(hash)).toBe(false);
    expect(described.unseen('access.test.ts')).toEqual([]);
  });

  it('are not made where no mail goes out, nor by a token that only reads', async () => {
    const reading = await programAs(app, 'alice', ['users:read']);
    expect((await reading.send('post', '/invitations', { userId: app.people.carol })).status).toBe(403);
    await using mute = await startApp();
    const program = await programAs(mute, 'alice', EVERY_SCOPE);
    const answer = await program.send('post', '/invitations', { userId: mute.people.carol });
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining('No mail goes out')]);
  });
});
