import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { relyingPartyOf } from '../../src/passkeys/relying-party.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { Device, givePasskey, optionsOn } from '../support/passkey.ts';
import { type Session, signedIn } from '../support/session.ts';

const NEW = '/credentials/passkeys/new';
const CONFIRMATION = '/credentials/passkeys/confirmation/new';
let app: TestApp;
let bob: Session;

beforeEach(async () => {
  app = await startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });
  bob = await signedIn(app, 'bob');
});
afterEach(() => app.close());

const passkeys = () => app.db.read('passkeys');
const device = () => new Device(relyingPartyOf(app.config)!);

/** Bob has given his password, and stands where a device is asked. */
async function begun(session = bob) {
  const answer = await submit(session, NEW, { current: PASSWORD });
  expect(answer.headers.location).toBe(CONFIRMATION);
  return optionsOn(await session.get(CONFIRMATION));
}
const add = (credential: string, name = 'Phone') => bob.post('/credentials/passkeys', { name, credential });

describe('adding a passkey', () => {
  it('takes the password and what a device made, and tells of it', async () => {
    const wrong = await submit(bob, NEW, { current: 'not the password' });
    expect([wrong.status, Object.keys(pageOf(wrong).errors())]).toEqual([422, ['current']]);
    expect((await bob.get(CONFIRMATION)).headers.location).toBe(NEW);
    const options = await begun();
    expect(options).toMatchObject({
      rp: { id: 'localhost', name: 'Roster' },
      user: { name: 'bob' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const answer = await add(device().make(options), ' Phone ');
    expect([answer.status, answer.headers.location]).toEqual([303, '/credentials']);
    const page = pageOf(await bob.get('/credentials'));
    expect(page.textOf('section:has(#passkeys) li')).toMatch(/^Phone since .*, not used yet Remove/);
    expect(await app.db.read('audit_events').where('action', 'passkey.added')).toHaveLength(1);
    const [mail] = await app.db.read('outbox');
    expect([mail.kind, JSON.parse(mail.facts).what]).toEqual(['second-factor-changed', 'passkey.added']);
  });

  it('asks a device for one once, within five minutes, in the session that began it', async () => {
    const first = await begun();
    await add(device().make(first));
    // Used up, although it was right.
    expect((await add(device().make(first))).status).toBe(422);
    const late = await begun();
    app.clock.advance(5 * 60_000);
    expect((await add(device().make(late))).status).toBe(422);
    const elsewhere = await begun(await signedIn(app, 'bob'));
    expect((await add(device().make(elsewhere))).status).toBe(422);
    await begun();
    expect((await add(device().make(elsewhere))).status).toBe(422);
    // Each try uses up what was asked.
    expect((await bob.get(CONFIRMATION)).headers.location).toBe(NEW);
    expect(await passkeys()).toHaveLength(1);
  });

  it('takes none that was signed for something else', async () => {
    for (const wrong of [
      { origin: 'https://evil.example' },
      { relyingPartyId: 'evil.example' },
      { isHolderKnown: false },
      { type: 'webauthn.get' },
    ])
      expect([wrong, (await add(device().make(await begun(), wrong))).status]).toEqual([wrong, 422]);
    expect(await passkeys()).toEqual([]);
  });

  it('answers 422 to whatever is no passkey', async () => {
    for (const odd of [
      '',
      'null',
      '[]',
      '{"id":1}',
      '{"id":"x","rawId":"x","type":"public-key","response":{}}',
      '{"__proto__":{"id":"x"}}',
      'x'.repeat(100_000),
    ]) {
      await begun();
      expect([odd.slice(0, 60), (await add(odd)).status]).toEqual([odd.slice(0, 60), 422]);
    }
  });

  it('keeps what the device made where only the name will not do', async () => {
    const credential = device().make(await begun());
    const again = await add(credential, ' ');
    const page = pageOf(again);
    expect([again.status, Object.keys(page.errors()), page.typed().credential]).toEqual([422, ['name'], credential]);
    expect((await add(credential, 'Phone')).status).toBe(303);
  });

  it('takes no passkey that somebody has', async () => {
    const made = device();
    await add(made.make(await begun()));
    expect((await add(made.make(await begun()))).status).toBe(422);
    expect(await passkeys()).toHaveLength(1);
  });

  it('tells the browser which devices have one already, and ends at twenty', async () => {
    for (let n = 0; n < 19; n++) await givePasskey(app, 'bob');
    expect((await begun()).excludeCredentials).toHaveLength(19);
    await givePasskey(app, 'bob');
    expect((await submit(bob, NEW, { current: PASSWORD })).status).toBe(409);
  });
});

describe('where browsers know no passkeys', () => {
  it('says why, and begins none', async () => {
    await using other = await startApp({ HOST: '10.0.0.7' });
    const session = await signedIn(other, 'bob');
    const page = pageOf(await session.get(NEW));
    expect(page.textOf('main')).toContain('only at addresses that begin with https, and at localhost');
    expect(page.$('form[action^="/credentials/passkeys"]').length).toBe(0);
    expect((await session.post('/credentials/passkeys/challenge', { current: PASSWORD })).status).toBe(409);
    for (const baseUrl of ['http://roster.lan', 'https://10.0.0.7', 'https://[::1]'])
      expect([baseUrl, relyingPartyOf({ baseUrl, baseUrlGiven: true, port: 80 })]).toEqual([baseUrl, undefined]);
  });
});

describe('removing one', () => {
  it('takes the password, tells of it, and touches nobody else’s', async () => {
    await givePasskey(app, 'bob');
    await givePasskey(app, 'alice');
    const [own, others] = await app.db.read('passkeys').orderBy('id').pluck('id');
    const page = `/credentials/passkeys/${own}/delete`;
    expect((await submit(bob, page, { current: 'not the password' })).status).toBe(422);
    for (const id of [others, 'x', '0', '1e3', '%27'])
      for (const answer of [
        await bob.get(`/credentials/passkeys/${id}/delete`),
        await bob.send('delete', `/credentials/passkeys/${id}`, { current: PASSWORD }),
      ])
        expect([id, answer.status]).toEqual([id, 404]);
    expect((await submit(bob, page, { current: PASSWORD })).headers.location).toBe('/credentials');
    expect(await app.db.read('passkeys').pluck('id')).toEqual([others]);
    expect(await app.db.read('audit_events').where('action', 'passkey.removed')).toHaveLength(1);
    const [mail] = await app.db.read('outbox');
    expect(JSON.parse(mail.facts).what).toBe('passkey.removed');
  });
});
