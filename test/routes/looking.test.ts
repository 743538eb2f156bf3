import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { everything, facts } from '../support/database.ts';
import { linkFor } from '../support/links.ts';
import { type Session, signedIn } from '../support/session.ts';
import { idOf } from './meant-records.ts';
import { isRead } from './route.ts';
import { routes } from './routes.ts';
import { pathOf } from './sending.ts';

describe('looking', () => {
  let app: TestApp;
  let alice: Session;
  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterAll(() => app.close());

  /** Anew for each, since a link does not last as long as all of them take by the clock. */
  async function linkTo(name: string): Promise<string | undefined> {
    if (name === 'get /invitations/:token') return linkFor(app, 'carol', 'invitation', alice);
    return name === 'get /passwords/:token' ? linkFor(app, 'bob', 'password-reset', alice) : undefined;
  }

  it.each(routes.filter(isRead))('changes nothing, by GET and by HEAD: $name (R69)', async (route) => {
    // Whoever was asked long ago is asked again before a file.
    await app.db.write((trx) => trx('sessions').update({ confirmed_at: instant(app.clock.now()) }));
    // Who does nothing for an hour is signed out.
    const reader = route.open === 'leader' ? await signedIn(app, 'lena') : alice;
    const path = (await linkTo(route.name)) ?? pathOf(route.pattern, await idOf(app, alice, route, 'another', 'alice'));
    const before = await facts(app);
    app.clock.advance(120_000);
    const expected = path.includes(':version') ? 404 : (route.shows ?? 200);
    expect((await reader.get(path)).status).toBe(expected);
    expect((await reader.agent.head(path)).status).toBe(expected);
    expect((await reader.get(path, { 'HX-Request': 'true' })).status).toBe(expected);
    expect(await facts(app)).toEqual(before);
  });

  it('at a password tells how strong it is, and keeps nothing', async () => {
    const before = await facts(app);
    const secret = 'a very particular secret';
    const answer = await alice.post('/passwords/strength', { password: secret });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain(secret);
    expect(await facts(app)).toEqual(before);
    expect(JSON.stringify(await everything(app))).not.toContain(secret);
  });
});
