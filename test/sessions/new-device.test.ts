import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR, instant } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { codeOf, giveFactor } from '../support/factor.ts';
import { linkFor, opened } from '../support/links.ts';
import { challengeIn, givePasskey } from '../support/passkey.ts';
import { Session } from '../support/session.ts';

const NEW_PASSWORD = 'nine slow tractors hum';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe('a sign-in on a device that was not known before', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });
    await app.db.write((trx) => trx('users').update({ last_login_at: '2026-11-01T12:00:00.000Z' }));
  });
  afterEach(() => app.close());

  const told = async () => (await app.db.read('outbox')).filter(({ kind }) => kind === 'signed-in-on-new-device');

  it('is told by mail, with when, from where and in which browser; once known it is not', async () => {
    const session = new Session(app);
    session.agent.set('User-Agent', FIREFOX);
    expect((await session.signIn('bob')).status).toBe(303);
    const [mail] = await told();
    expect(mail).toMatchObject({ user_id: app.people.bob, address: 'bob@example.com' });
    expect(JSON.parse(mail.facts)).toEqual({ from: '127.0.0.1', newBrowser: 'Firefox on Linux' });
    session.reopen();
    expect((await session.signIn('bob')).status).toBe(303);
    expect(await told()).toHaveLength(1);
  });

  it('is not told of the very first one, nor of the browser in which the first password was chosen', async () => {
    await app.db.write((trx) => trx('users').update({ last_login_at: null }));
    await new Session(app).signIn('bob');
    const carol = await opened(app, await linkFor(app, 'carol', 'invitation'));
    await carol.post('/invitations/acceptance', { password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    carol.reopen();
    expect((await carol.signIn('carol', NEW_PASSWORD)).status).toBe(303);
    expect(await told()).toEqual([]);
  });

  it('is told when it came all the way in, whatever with', async () => {
    await giveFactor(app, 'bob');
    const device = await givePasskey(app, 'bob');
    const session = new Session(app);
    await session.signIn('bob');
    await new Session(app).signIn('bob', 'not the password');
    expect(await told()).toEqual([]);
    session.forgetToken();
    await session.get('/session/factor/new');
    await session.post('/session/factor', { code: await codeOf(app, 'bob') });
    // The failure before is told of in the same mail.
    const [mail] = await app.db.read('outbox').where('kind', 'signed-in-after-failures');
    expect(JSON.parse(mail.facts)).toMatchObject({ attempts: '1', newBrowser: expect.stringMatching(/./) });
    const other = new Session(app);
    await other.post('/session/passkey', { credential: device.show(await challengeIn(other)) });
    expect(await told()).toHaveLength(1);
  });

  it('is told three times an hour at most', async () => {
    for (let n = 0; n < 4; n++) await new Session(app).signIn('bob');
    expect(await told()).toHaveLength(3);
    app.clock.advance(HOUR);
    await new Session(app).signIn('bob');
    expect(await told()).toHaveLength(4);
  });

  it('is told whatever was told while the clock was ahead', async () => {
    app.clock.advance(2 * HOUR);
    for (let n = 0; n < 4; n++) await new Session(app).signIn('bob');
    // What waits is told of now.
    await app.db.write((trx) => trx('outbox').update({ sent_at: instant(app.clock.now()) }));
    app.clock.advance(-2 * HOUR);
    await new Session(app).signIn('bob');
    expect(await told()).toHaveLength(4);
  });
});
