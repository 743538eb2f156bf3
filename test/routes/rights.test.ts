import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit } from '../support/database.ts';
import { pageOf } from '../support/page.ts';
import { type Session, signedIn } from '../support/session.ts';
import { idOf } from './meant-records.ts';
import { isRead } from './route.ts';
import { filled, pathOf, send } from './sending.ts';
import { casesOf, isTriedAsExample, stand, VIEWERS } from './standings.ts';

describe.each(VIEWERS.map((standing) => ({ ...standing, title: standing.as ?? standing.viewer })))(
  '$title',
  (standing) => {
    const { viewer } = standing;
    let shared: TestApp;
    let session: Session;
    let alice: Session;
    beforeAll(async () => {
      shared = await startApp();
      await stand(shared, standing);
      session = await signedIn(shared, viewer);
      alice = await signedIn(shared, 'alice');
      await session.get('/credentials');
    });
    afterAll(() => shared.close());
    const cases = casesOf(standing);

    const refusals = cases.filter(({ expected }) => typeof expected === 'number');
    if (refusals.length > 0)
      it.each(refusals)('$title, and changes nothing (R59)', async ({ route, relation, expected }) => {
        const id = await idOf(shared, alice, route, relation, viewer);
        const fields = route.change?.fields ? await filled(shared, route.change, id, alice) : {};
        // As if a minute had gone by: the first refusal of a kind is told at once.
        await shared.db.write((trx) => trx('refusals').delete());
        const audit = await watchAudit(shared);
        const before = await factsBesideAudit(shared);
        const path = pathOf(route.pattern, id);
        const answer = isRead(route) ? await session.get(path) : await send(session, route, id, fields);
        expect(answer.status).toBe(expected);
        expect(await factsBesideAudit(shared)).toEqual(before);
        const events = await audit.since();
        expect(events.map((event) => [event.action, event.actorName, event.subjectName])).toEqual([
          ['request.refused', viewer, `${route.method.toUpperCase()} ${path}`],
        ]);
      });

    it.each(cases.filter(({ route, expected }) => isRead(route) && typeof expected === 'string'))(
      '$title',
      async ({ route, relation, expected }) => {
        // What somebody prepares is for nobody else to see.
        const by = route.operation === 'asking' || route.operation === 'draft' ? session : alice;
        const id = await idOf(shared, by, route, relation, viewer);
        const answer = await session.get(pathOf(route.pattern, id));
        const status = { allowed: route.shows ?? 200, led: 303, 'nothing to do': 409 };
        expect(answer.status).toBe(status[expected as keyof typeof status]);
      },
    );

    it.each(
      cases.filter((one) => !isRead(one.route) && typeof one.expected === 'string' && !isTriedAsExample(one, viewer)),
    )('$title', async ({ route, relation, expected }) => {
      await using app = await (route.change!.start ?? startApp)();
      await stand(app, standing);
      const own = await signedIn(app, viewer);
      const id = await idOf(app, own, route, relation, viewer);
      const isForm = route.change!.fields !== undefined;
      const fields = isForm ? await filled(app, route.change!, id, own) : {};
      const audit = await watchAudit(app);
      const before = await factsBesideAudit(app);
      const answer = await send(own, route, id, fields);
      expect(answer.status).toBe(route.change!.answers ?? 303);
      expect(await audit.actions()).toEqual(expected === 'allowed' ? route.change!.audit : []);
      if (expected === 'nothing to do') {
        expect(await factsBesideAudit(app)).toEqual(before);
        expect(pageOf(await own.get(answer.headers.location)).message()).toMatch(/^Nothing changed/);
      } else expect(await factsBesideAudit(app)).not.toEqual(before);
    });
  },
);
