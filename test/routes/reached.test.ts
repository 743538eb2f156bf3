import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { facts, factsBesideAudit } from '../support/database.ts';
import { Session, signedIn } from '../support/session.ts';
import { isClosed, isRead } from './route.ts';
import { routes } from './routes.ts';
import { pathOf, send } from './sending.ts';

describe('a stranger', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it.each(routes.filter(isClosed))('is sent to the sign-in page: $name', async (route) => {
    const stranger = new Session(app);
    await stranger.formToken();
    const path = pathOf(route.pattern, route.subject ? app.people[route.subject] : 1);
    const before = await facts(app);
    const answer = isRead(route) ? await stranger.get(path) : await send(stranger, route, app.people.bob, {});
    expect(answer.status).toBe(303);
    const next = isRead(route) && path !== '/' ? `?next=${encodeURIComponent(path)}` : '';
    expect(answer.headers.location).toBe(`/session/new${next}`);
    const htmx = { 'HX-Request': 'true' };
    const swapped = isRead(route)
      ? await stranger.get(path, htmx)
      : await send(stranger, route, app.people.bob, {}, htmx);
    expect([swapped.status, swapped.headers['hx-redirect'], swapped.text]).toEqual([401, '/session/new', '']);
    expect(await facts(app)).toEqual(before);
  });
});

describe('an unknown user, group or operation', () => {
  let app: TestApp;
  let alice: Session;
  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterAll(() => app.close());

  it.each(routes.filter((route) => route.subject || route.group || route.contact || route.operation || route.imports))(
    'is not found: $name',
    async (route) => {
      // What is refused as if it were not there is told by the audit.
      const look = route.open === 'leader' ? factsBesideAudit : facts;
      const before = await look(app);
      for (const id of [
        '999999',
        '0',
        '-1',
        '01',
        '1.0',
        '1e3',
        'abc',
        '99999999999999999999',
        '1%20or%201=1',
        '%27',
      ]) {
        const path = pathOf(route.pattern, id);
        const answer = isRead(route) ? await alice.get(path) : await alice.send(route.method as 'post', path);
        expect([id, answer.status]).toEqual([id, 404]);
      }
      expect(await look(app)).toEqual(before);
    },
  );
});
