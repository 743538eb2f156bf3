import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { givePasskey } from '../support/passkey.ts';
import { Session, signedIn } from '../support/session.ts';

describe('a place that got another address', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  it('lists for administrators whose passkeys were made for the one before, and offers none of them', async () => {
    await givePasskey(app, 'alice');
    const alice = await signedIn(app, 'alice');
    expect(pageOf(await alice.get('/security')).$('#stranded').length).toBe(0);
    await givePasskey(app, 'bob', { relyingParty: 'old.example.com' });
    await givePasskey(app, 'bob', { relyingParty: 'older.example.com' });
    await givePasskey(app, 'dave', { relyingParty: 'old.example.com' });
    await givePasskey(app, 'alice', { relyingParty: 'old.example.com' });
    const page = pageOf(await alice.get('/security'));
    expect(page.texts('section:has(#stranded) li')).toEqual(['alice 1 passkey', 'bob 2 passkeys', 'dave 1 passkey']);
    expect(page.textOf('section:has(#stranded) p')).toContain('Here that is localhost, and 3 users made theirs');
    const bob = await signedIn(app, 'bob');
    expect(pageOf(await bob.get('/credentials')).textOf('section:has(#passkeys) li')).toContain(
      'made for old.example.com and does not work here',
    );
  });

  it('takes them nowhere, while whoever has them signs in as before', async () => {
    await givePasskey(app, 'bob', { relyingParty: 'old.example.com' });
    expect((await new Session(app).get('/session/new')).text).not.toContain('/session/passkey');
    expect((await new Session(app).signIn('bob')).status).toBe(303);
  });
});
