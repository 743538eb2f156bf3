import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { watchAudit } from '../support/audit.ts';
import { facts, factsBesideAudit } from '../support/database.ts';
import { loseEachTransactionOnce } from '../support/lost-transactions.ts';
import { pageOf } from '../support/page.ts';
import { Session } from '../support/session.ts';
import { changing } from './routes.ts';
import { begin, pathOf, send } from './sending.ts';

describe.each(changing)('$name', (route) => {
  const { change } = route;
  if (!change) return;

  it.each([
    { how: 'as a page', headers: {}, areLost: false },
    { how: 'asked for by htmx', headers: { 'HX-Request': 'true', 'HX-Target': 'main#main' }, areLost: false },
    { how: 'where the database is lost in the middle of it', headers: {}, areLost: true },
  ])('changes what it says, once, and leads on, $how (R77)', async ({ headers, areLost }) => {
    await using begun = await begin(route);
    const { app, session, id, fields } = begun;
    const audit = await watchAudit(app);
    if (areLost) loseEachTransactionOnce(app.db);
    expect(await change.state(app)).toEqual(change.from);
    const answer = await send(session, route, id, fields, headers);
    expect(answer.status).toBe(change.answers ?? 303);
    if (change.leadsTo) expect(answer.headers.location.replace(`/${id}`, '/:id')).toMatch(change.leadsTo);
    expect(await change.state(app)).toEqual(change.to);
    const events = await audit.since();
    expect(events.map((event) => event.action)).toEqual(change.audit);
    expect(new Set(events.map((event) => event.requestId)).size).toBe(Math.min(1, change.audit.length));
  });

  // None of them changes anything, so one beginning serves all.
  describe('as it should not be sent', () => {
    let begun: Awaited<ReturnType<typeof begin>>;
    beforeAll(async () => {
      begun = await begin(route);
    });
    afterAll(async () => {
      await begun[Symbol.asyncDispose]();
    });

    it('refuses what another site, or no form of ours, sends, and changes nothing (R68)', async () => {
      const { app, session, id, fields } = begun;
      const audit = await watchAudit(app);
      const other = new Session(app);
      const othersToken = await other.formToken();
      const ownToken = await session.formToken();
      const path = pathOf(route.pattern, id);
      const before = await factsBesideAudit(app);
      const isViewer = (await app.db.read('sessions').whereNotNull('user_id')).length > 0 && !change.browser;

      const forged: [string, () => Promise<{ status: number }>][] = [
        ['no token', () => send(session, route, id, { ...fields, _csrf: [] })],
        ['an empty token', () => send(session, route, id, { ...fields, _csrf: '' })],
        ["another session's token", () => send(session, route, id, { ...fields, _csrf: othersToken })],
        ['the token twice', () => send(session, route, id, { ...fields, _csrf: [ownToken, ownToken] })],
        ['a request from another site', () => send(session, route, id, fields, { 'Sec-Fetch-Site': 'cross-site' })],
        ['a request from a sister site', () => send(session, route, id, fields, { 'Sec-Fetch-Site': 'same-site' })],
        ['a foreign Origin', () => send(session, route, id, fields, { Origin: 'https://evil.example' })],
        ['Origin: null', () => send(session, route, id, fields, { Origin: 'null' })],
        [
          'a body of plain text',
          async () =>
            session.agent
              .post(path)
              .set('Content-Type', 'text/plain')
              .send(new URLSearchParams({ _csrf: ownToken, _method: route.method, ...(fields as object) }).toString()),
        ],
        [
          'a body of JSON',
          async () => session.agent.post(path).send({ _csrf: ownToken, _method: route.method, ...fields }),
        ],
        ['the bare method', async () => session.agent[route.method as 'post'](path)],
      ];
      for (const [what, attempt] of forged) expect([what, (await attempt()).status]).toEqual([what, 403]);

      expect(await factsBesideAudit(app)).toEqual(before);
      // A signed-in person's refusals are written down, each once.
      if (isViewer) expect(await audit.actions()).toEqual(forged.map(() => 'request.refused'));
    });

    it('refuses a field that came twice, and changes nothing (R39)', async () => {
      const { app, session, id, fields } = begun;
      const page = pageOf(await session.get(pathOf(change.form, id)));
      const action = pathOf(route.pattern, id);
      const outside = page.$(`button[formaction="${action}"]`).attr('form');
      const form = page.$(`form[action="${action}"], form:has([formaction="${action}"]), form#${outside ?? 'none'}`);
      const names = form
        .find('[name]')
        .toArray()
        .map((field) => page.$(field).attr('name')!);
      expect(names).toContain('_csrf');
      const before = await facts(app);
      // Groups, accounts, columns and ticked users and rows are several. The user's name stands in password forms for password managers only; nobody reads it here.
      for (const name of new Set(
        names.filter(
          (one) =>
            ![
              '_csrf',
              'groups',
              'keep',
              'ids',
              'accounts',
              'column',
              'columns',
              'ticked',
              'username',
              'scopes',
              'kinds',
            ].includes(one),
        ),
      )) {
        const value = name === '_method' ? route.method : String(fields[name] ?? '');
        const answer = await send(session, route, id, { ...fields, [name]: [value, value] });
        expect([name, answer.status]).toEqual([name, 400]);
      }
      expect(await facts(app)).toEqual(before);
    });

    if (change.nonsense) {
      const { nonsense } = change;
      it('refuses what no form of ours sends, and changes nothing', async () => {
        const { app, session, id, fields } = begun;
        const before = await factsBesideAudit(app);
        expect((await send(session, route, id, { ...fields, ...nonsense.fields })).status).toBe(nonsense.status);
        expect(await factsBesideAudit(app)).toEqual(before);
      });
    }

    if (change.bad) {
      const { bad } = change;
      it('shows bad input again with one message per field, and changes nothing', async () => {
        const { app, session, id, fields } = begun;
        const before = await factsBesideAudit(app);
        for (const headers of [{}, { 'HX-Request': 'true' }]) {
          const answer = await send(session, route, id, { ...fields, ...bad.fields }, headers);
          expect(answer.status).toBe(422);
          const page = pageOf(answer);
          expect(Object.keys(page.errors()).toSorted()).toEqual(bad.errors.toSorted());
          // What a picker fills is mended where one searches for it.
          for (const field of bad.errors)
            expect([
              field,
              page.$(`[name="${field}"], #${field}-picker input`).filter('[aria-invalid="true"]').length,
            ]).toEqual([field, 1]);
          const typed = page.typed();
          // Said by the sheet, which is read anew.
          const { confirmed, ...shown } = { ...fields, ...bad.fields };
          for (const [name, value] of Object.entries(shown)) {
            const isSecret = page.$(`[name="${name}"]`).attr('type') === 'password';
            expect([name, typed[name]]).toEqual([name, isSecret ? '' : value]);
          }
          for (const secret of bad.never ?? []) expect(answer.text).not.toContain(secret);
        }
        expect(await factsBesideAudit(app)).toEqual(before);
      });
    }
  });
});
