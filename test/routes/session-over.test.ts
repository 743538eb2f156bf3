import { describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { instant } from '../../src/clock.ts';
import { PASSWORD, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { codeOf } from '../support/factor.ts';
import { changeAll, fieldsOf, shownIn } from '../support/left-form.ts';
import { pageOf } from '../support/page.ts';
import type { Fields, Session } from '../support/session.ts';
import { type Change, isClosed } from './route.ts';
import { changing } from './routes.ts';
import { begin, pathOf, send } from './sending.ts';

describe.each(changing.filter(isClosed))('$name, whose session is over', (route) => {
  const change = route.change!;

  it('comes back as it was left to whoever left it, to nobody else, and does nothing by itself', async () => {
    await using begun = await begin(route);
    const { app, session, id } = begun;
    const sent = { method: route.method, action: pathOf(route.pattern, id) };
    const page = pathOf(change.form, id);
    const person = await whoIs(session);
    const other = person === 'ada' ? 'alice' : 'ada';
    const audit = await watchAudit(app);

    // Whoever may not see the page is refused it.
    const done = async () => (await audit.actions()).filter((action) => action !== 'request.refused');

    const leave = async () => {
      const opened = pageOf(await session.get(page));
      changeAll(opened, sent);
      return { shown: shownIn(opened, sent), fields: fieldsOf(opened, sent) };
    };
    const sendLate = (fields: Fields) =>
      send(session, route, id, { ...fields, ...secretsIn(change, fields) }, { 'Sec-Fetch-Site': 'same-origin' });
    const isAgain = async (left: Awaited<ReturnType<typeof leave>>, answer: Awaited<ReturnType<typeof sendLate>>) => {
      expect([answer.status, answer.headers.location]).toEqual([303, page]);
      const back = await session.get(page);
      if (BEGUN_ANEW.includes(route.name)) return expect(back.status).toBe(303);
      expect(shownIn(pageOf(back), sent)).toEqual(left.shown);
      if (Object.keys(left.fields).some((name) => SECRETS.includes(name)))
        expect(pageOf(back).message()).toContain('Passwords and codes are never kept');
      if (change.file) expect(pageOf(back).message()).toContain('A file is not kept');
      if (Object.keys(left.shown).length > 0)
        expect(shownIn(pageOf(await session.get(page)), sent)).not.toEqual(left.shown);
    };

    for (const end of [
      () => app.db.write((trx) => trx('sessions').update({ expires_at: instant(app.clock.now() - 1) })),
      () => session.send('delete', '/session'),
    ]) {
      const left = await leave();
      await end();
      const late = await sendLate(left.fields);
      if (late.status === 303) {
        // Nothing was typed or chosen.
        expect([left.shown, late.headers.location]).toEqual([
          {},
          expect.stringMatching(/^\/session\/new\?.*undone=1$/),
        ]);
        await enterAgain(app, session, person, await session.get(late.headers.location));
        continue;
      }
      expect([late.status, pageOf(late).heading()]).toEqual([401, 'Sign in to Roster']);
      await isAgain(left, await enterAgain(app, session, person, late));
      if (BEGUN_ANEW.includes(route.name)) return expect(await done()).toEqual([]);
    }

    const left = await leave();
    await enterAgain(app, session, person, { text: '' });
    const old = await sendLate(left.fields);
    if (old.status === 422) expect(left.shown).toEqual({});
    else await isAgain(left, old);

    const theirs = await leave();
    await enterAgain(app, session, other, { text: '' });
    const late = await sendLate(theirs.fields);
    if (late.status === 422) {
      expect([theirs.shown, pageOf(late).$('main form').length]).toEqual([{}, 0]);
      return expect(await done()).toEqual([]);
    }
    expect([late.status, pageOf(late).textOf('[role=alert]')]).toEqual([
      401,
      expect.stringContaining(`go on as ${other}`),
    ]);
    const wrong = await enterAgain(app, session, other, late);
    expect([wrong.status, wrong.headers.location]).toEqual([303, '/']);
    expect((await app.db.read('sessions').pluck('data')).join()).not.toContain('kept');
    if (Object.keys(theirs.shown).length > 0)
      expect(shownIn(pageOf(await session.get(page)), sent)).not.toEqual(theirs.shown);
    await isAgain(theirs, await enterAgain(app, session, person, late));
    expect(await done()).toEqual([]);
  });
});

/** What a session had begun ends with it. */
const BEGUN_ANEW = ['post /credentials/second-factor/confirmation', 'post /credentials/passkeys'];
const SECRETS = ['password', 'current', 'repeated', 'code', 'credential'];

/** What is typed into fields that hide it. */
function secretsIn({ fields }: Change, among: Fields): Fields {
  const typed = typeof fields === 'function' ? {} : (fields ?? {});
  return Object.fromEntries(
    Object.keys(among).flatMap((name) => (SECRETS.includes(name) ? [[name, typed[name] ?? 'typed']] : [])),
  );
}

async function whoIs(session: Session): Promise<Person> {
  const menu = pageOf(await session.get('/me'))
    .$('#own-button')
    .attr('aria-label')!;
  return menu.split(', ')[1] as Person;
}

/** Signs somebody in by this page, as it carries along what it does; with a second factor, where they have one. */
async function enterAgain(app: TestApp, session: Session, person: Person, { text }: { text: string }) {
  const page = pageOf(text ? { text } : await session.get('/session/new'));
  const { next = '', kept = '' } = page.typed('form[action="/session"]') as Record<string, string>;
  session.forgetToken();
  if (text) session.read({ text });
  const typed = { identifier: person, password: PASSWORD, next, kept };
  const answer = await session.post('/session', typed, { 'Sec-Fetch-Site': 'same-origin' });
  // It had been open while somebody else signed in.
  if (answer.status === 422 && text) return enterAgain(app, session, person, answer);
  if (answer.headers.location !== '/session/factor/new') return answer;
  await session.get('/session/factor/new');
  app.clock.advance(60_000);
  return session.post('/session/factor', { code: await codeOf(app, person) });
}
