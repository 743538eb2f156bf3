import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { type Session, signedIn } from '../support/session.ts';

/** As long as a name may be, of letters of two units each. */
const NAME = '\u{1f642}'.repeat(200);
const SAID = encodeURIComponent(NAME);

describe('somebody whose name is as long as a name may be', () => {
  let app: TestApp;
  let alice: Session;
  let record: string;
  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
    record = `/users/${app.people.bob}`;
    expect((await submit(alice, `${record}/edit`, { name: NAME })).status).toBe(303);
  });
  afterAll(() => app.close());

  it('is known where it is asked what they may do', async () => {
    const answer = await alice.get(`/applications?application=users&level=read&user=${SAID}`);
    expect([answer.status, answer.headers.location]).toEqual([303, expect.stringMatching(`^${record}/permissions`)]);
  });

  it('is found in the audit', async () => {
    const { $ } = pageOf(await alice.get(`/audit?subject=${SAID}`));
    expect($(`main a[href="${record}"]`).length).toBeGreaterThan(0);
  });

  it('answers for programs where they are named, and for webhooks', async () => {
    const successor = await submit(alice, `/users/${app.people.max}/deactivation/new`, { newOwner: NAME });
    expect(successor.status).toBe(303);
    const webhook = { name: 'Stock', address: 'https://hooks.example/', user: NAME };
    // Known, and not for her to choose.
    expect(pageOf(await submit(alice, '/webhooks/new', webhook)).errors().user).toContain(`What ${NAME} may read`);
  });

  it.each(['/applications', '/audit', '/search', '/webhooks/new', '/contacts/new', '/users/new', '/groups/new'])(
    'can be typed where one is named: %s',
    async (path) => {
      const { $ } = pageOf(await alice.get(path));
      const fields = $('main input[maxlength]:not([type=email]):not([type=hidden])').toArray();
      const lengths = fields.map((field) => [$(field).attr('name'), Number($(field).attr('maxlength'))]);
      expect(lengths.length).toBeGreaterThan(0);
      expect(lengths.filter(([, most]) => Number(most) < NAME.length)).toEqual([]);
    },
  );
});
