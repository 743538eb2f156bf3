import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { actOf } from '../../faults/people.ts';
import { HOUR, instant, MINUTE } from '../../src/clock.ts';
import { sendInvitationsAgain } from '../../src/invitations/invitation-sending.ts';
import { PASSWORD } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { submit } from '../support/form.ts';
import { opened } from '../support/links.ts';
import { type Faults, smtpError } from '../support/mail-server.ts';
import { linkIn, type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';
import { refuseBefore, stopRefusing } from '../support/triggers.ts';

let mailing: Mailing;
let alice: Session;
const faults: Faults = {};

beforeEach(async () => {
  delete faults.onRecipient;
  delete faults.onReceived;
  mailing = await startMailing(faultsOfTheTest());
  alice = await signedIn(mailing.app, 'alice');
});
afterEach(() => mailing.close());

/** Asked at the moment of the mail, so that a test may change its mind. */
function faultsOfTheTest(): Faults {
  return {
    onRecipient: (address) => faults.onRecipient?.(address),
    onReceived: () => faults.onReceived?.(),
  };
}

async function createNora(fields: Fields = {}): Promise<string> {
  const made = await submit(alice, '/users/new', { name: 'nora', email: 'nora@example.com', ...fields });
  expect(made.status).toBe(303);
  return made.headers.location;
}

const outbox = () => mailing.app.db.read('outbox').orderBy('id');

/** What the mail server took is sent once, whatever can be written down of it, and when. */
describe('an invitation that was handed over while the database took nothing', () => {
  it('does not go out once more', async () => {
    const { app, server } = mailing;
    await createNora();
    await refuseBefore(app.db.writer, 'update of sent_at on outbox', 'no room');
    await expect(mailing.deliver()).rejects.toThrow('no room');
    await stopRefusing(app.db.writer, 'update of sent_at on outbox');
    app.clock.advance(10 * MINUTE);
    await mailing.deliver();
    expect(server.mails.length).toBe(1);
    expect((await outbox())[0].sent_at).not.toBeNull();
  });

  it('holds up no other mail where that can never be written', async () => {
    const { app, server } = mailing;
    await createNora();
    await refuseBefore(app.db.writer, 'update of sent_at on outbox', 'no room');
    await expect(mailing.deliver()).rejects.toThrow('no room');
    await submit(alice, '/users/new', { name: 'olga', email: 'olga@example.com' });
    await expect(mailing.deliver()).rejects.toThrow('no room');
    await expect(mailing.deliver()).rejects.toThrow('no room');
    expect(server.mails.map(({ recipients: [to] }) => to)).toEqual(['nora@example.com', 'olga@example.com']);
  });

  it('and is asked for anew meanwhile goes out anew', async () => {
    const { app, server } = mailing;
    await createNora();
    await refuseBefore(app.db.writer, 'update of sent_at on outbox', 'no room');
    await expect(mailing.deliver()).rejects.toThrow('no room');
    await stopRefusing(app.db.writer, 'update of sent_at on outbox');
    const act = { ...actOf(app.config), at: instant(app.clock.now()) };
    const users = await app.db.read('users').where('name', 'nora').select('id', 'name', 'email');
    await app.db.write((trx) => sendInvitationsAgain(trx, act, users));
    await mailing.deliver();
    expect(server.mails.length).toBe(2);
  });
});

describe('an invitation by mail', () => {
  it('is what New User does where mail goes out, and opens the account', async () => {
    const { app, server } = mailing;
    const form = pageOf(await alice.get('/users/new'));
    expect(form.$('input[name=access]:checked').val()).toBe('mail');
    const audit = await watchAudit(app);
    const record = await createNora();
    const page = pageOf(await alice.get(record));
    expect(page.message()).toBe('nora was created. An invitation goes to nora@example.com.');
    expect(page.link()).toBeUndefined();
    expect(await audit.actions()).toEqual(['user.created', 'invitation.issued']);
    expect(server.mails).toEqual([]);

    await mailing.deliver();
    const [mail, ...more] = server.mails;
    expect(more).toEqual([]);
    expect(mail.recipients).toEqual(['nora@example.com']);
    expect(mail.from).toEqual({ name: 'Roster', address: 'roster@example.com' });
    expect(mail.to).toEqual([{ name: 'nora', address: 'nora@example.com' }]);
    expect(mail.subject).toBe('Your invitation to Roster');
    expect(mail.text).toMatch(/Hello nora,\s+alice invites you to Roster\./);
    expect(mail.text).toMatch(/The link works once, until 25 Nov 2026, 12:00 UTC\./);
    expect(mail.html).toContain(`href="${app.config.baseUrl}${linkIn(mail)}"`);
    expect(
      pageOf(await alice.get(record))
        .texts('.rows li')
        .join(),
    ).toMatch(/Invitation to nora@.* sent 22 Nov 2026/);

    const nora = await opened(app, linkIn(mail));
    expect((await nora.post('/invitations/acceptance', { password: PASSWORD, repeated: PASSWORD })).status).toBe(303);
    await mailing.deliver();
    expect(server.mails.length).toBe(1);
  });

  it('made while the clock was far ahead goes out when it is set back', async () => {
    const { app, server } = mailing;
    app.clock.advance(9_600 * HOUR);
    alice = await signedIn(app, 'alice');
    await createNora();
    app.clock.advance(-9_600 * HOUR);
    await mailing.deliver();
    expect(server.mails).toHaveLength(1);
  });

  it('stands in the database as soon as the user does, without its token', async () => {
    await createNora();
    const [row] = await outbox();
    const link = await mailing.app.db.read('links').where('id', row.link_id).first();
    expect([row.kind, row.address, link.channel]).toEqual(['invitation', 'nora@example.com', 'mail']);
    await mailing.deliver();
    const token = linkIn(mailing.server.mails[0]).split('/').at(-1)!;
    for (const table of ['outbox', 'links', 'audit_events', 'audit_texts'])
      expect(JSON.stringify(await mailing.app.db.read(table))).not.toContain(token);
  });

  it('is not written down where the user is not', async () => {
    expect((await submit(alice, '/users/new', { name: 'bob', email: 'new@example.com' })).status).toBe(422);
    expect(await outbox()).toEqual([]);
  });

  it.each([
    ['a link to copy', 'copy', true],
    ['later', 'later', false],
  ])('is not sent where %s was chosen', async (_, access, isShown) => {
    const record = await createNora({ access });
    expect(pageOf(await alice.get(record)).link() !== undefined).toBe(isShown);
    await mailing.deliver();
    expect(mailing.server.mails).toEqual([]);
  });

  it('is sent by Reinvite, which ends the one before', async () => {
    const { app, server } = mailing;
    await createNora();
    await mailing.deliver();
    const id = (await app.db.read('users').where('name', 'nora').first('id')).id;
    await submit(alice, `/users/${id}/invitation/new`);
    await mailing.deliver();
    const [first, second] = server.mails.map(linkIn);
    expect(first).not.toBe(second);
    expect((await alice.get(first)).status).toBe(410);
    expect((await alice.get(second)).status).toBe(303);
  });

  it('or shows a link, as the form of Reinvite says', async () => {
    await submit(alice, pathTo(mailing.app, 'carol', '/invitation/new'), { channel: 'copy' });
    expect(pageOf(await alice.get(pathTo(mailing.app, 'carol'))).link()).toMatch(/\/invitations\//);
    expect(await outbox()).toEqual([]);
  });

  it.each<[string, (carol: string) => Promise<unknown>]>([
    ['withdrawn', (carol) => alice.send('delete', `${carol}/invitation`)],
    ['replaced by a link to copy', (carol) => alice.post(`${carol}/invitation`, { channel: 'copy' })],
    ['of somebody who was deactivated', (carol) => alice.post(`${carol}/deactivation`)],
  ])('is never sent once it is %s', async (_, end) => {
    const carol = pathTo(mailing.app, 'carol');
    await alice.post(`${carol}/invitation`);
    expect((await outbox()).length).toBe(1);
    await end(carol);
    await mailing.deliver();
    expect([mailing.server.mails, await outbox()]).toEqual([[], []]);
  });

  it('of many goes to each by the same action, and the report shows no link', async () => {
    const { app, server } = mailing;
    const ids: string[] = [String(app.people.carol)];
    for (const name of ['nora', 'otto', 'paula']) {
      const made = await submit(alice, '/users/new', { name, email: `${name}@example.com`, access: 'later' });
      ids.push(String(made.headers.location).replace('/users/', ''));
    }
    const draft = (await alice.post('/bulk-operations', { action: 'reinvite', ids })).headers.location;
    expect(
      pageOf(await alice.get(draft))
        .$('input[name=channel]:checked')
        .val(),
    ).toBe('mail');
    const done = await submit(alice, draft);
    const report = pageOf(await alice.get(done.headers.location));
    expect(report.message()).toBe('4 users were invited anew. The mails are on their way.');
    expect(report.$('#links').length).toBe(0);
    await mailing.deliver();
    expect(server.mails.map((mail) => mail.recipients[0]).sort()).toEqual(
      ['carol', 'nora', 'otto', 'paula'].map((name) => `${name}@example.com`),
    );
    expect(new Set(server.mails.map(linkIn)).size).toBe(4);
  });

  it.each(['Nora "Q" <evil@example.org>, x', 'Nora; Ray, x: y', 'ünï <b>&amp;'])(
    'carries a name as a name, whatever it holds: %s (R46, R70)',
    async (name) => {
      await createNora({ name: name.replaceAll('@', '') });
      await mailing.deliver();
      const [mail] = mailing.server.mails;
      expect(mail.recipients).toEqual(['nora@example.com']);
      expect(mail.to).toEqual([{ name: name.replaceAll('@', ''), address: 'nora@example.com' }]);
      expect(mail.headers.filter(({ key }) => ['to', 'cc', 'bcc', 'subject'].includes(key)).length).toBe(2);
      expect(mail.html).not.toContain('<b>');
    },
  );

  it.each(['a@b.example\r\nBcc: evil@example.org', 'a@b.example, evil@example.org', 'a@b.example;evil@example.org'])(
    'goes to one address: %j is none (R46)',
    async (email) => {
      expect((await submit(alice, '/users/new', { name: 'nora', email })).status).toBe(422);
      expect(await outbox()).toEqual([]);
    },
  );
});

describe('a mail that is not taken', () => {
  const record = async () => pageOf(await alice.get(pathTo(mailing.app, 'carol')));
  const invite = () => alice.post(pathTo(mailing.app, 'carol', '/invitation'));
  const badges = async () => (await record()).texts('h1 .badge');

  it('for good is shown as not delivered, with the words of the server, in the list and the record', async () => {
    faults.onRecipient = () => {
      throw smtpError(550, '5.1.1 No such user here');
    };
    await invite();
    // The counts of the list were right before, and have to learn of it.
    expect(pageOf(await alice.get('/users?state=not-delivered')).textOf('#total')).toBe('0 users');
    await mailing.deliver();
    expect(await badges()).toEqual(['Invited', 'Not delivered']);
    expect((await record()).texts('.rows li').join()).toMatch(/Not delivered 550 5\.1\.1 No such user here/);
    const list = pageOf(await alice.get('/users?state=not-delivered'));
    expect(list.texts('th.name a')).toEqual(['carol']);
    expect(list.textOf('#total')).toBe('1 user');
    expect(pageOf(await alice.get('/invitations?status=not-delivered')).texts('th.name')).toEqual(['carol']);
    // Nor is it tried again, until somebody invites anew.
    delete faults.onRecipient;
    mailing.app.clock.advance(2 * HOUR);
    alice = await signedIn(mailing.app, 'alice');
    await mailing.deliver();
    expect(mailing.server.mails).toEqual([]);
    await invite();
    await mailing.deliver();
    expect(mailing.server.mails.length).toBe(1);
    expect(await badges()).toEqual(['Invited']);
  });

  it('for now is tried again, after one minute, two, four … and then every hour, always with the same link', async () => {
    const { app, server } = mailing;
    const tries: number[] = [];
    faults.onRecipient = () => {
      tries.push(app.clock.now());
      throw smtpError(451, 'Try again later');
    };
    await invite();
    for (let minute = 0; minute <= 4 * 60; minute++) {
      await mailing.deliver();
      app.clock.advance(MINUTE);
    }
    const waits = tries.slice(1).map((at, n) => (at - tries[n]) / MINUTE);
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    alice = await signedIn(app, 'alice');
    expect(await badges()).toEqual(['Invited']);
    expect((await record()).texts('.rows li').join()).toMatch(/tried 9 times, next at .*; 451 Try again later/);
    delete faults.onRecipient;
    app.clock.advance(30 * MINUTE);
    await mailing.deliver();
    expect((await alice.get(linkIn(server.mails[0]))).status).toBe(303);
  });

  it('before the invitation ends never is', async () => {
    faults.onRecipient = () => {
      throw smtpError(451, 'Try again later');
    };
    await invite();
    await mailing.deliver();
    mailing.app.clock.advance(72 * HOUR);
    alice = await signedIn(mailing.app, 'alice');
    await mailing.deliver();
    expect(await badges()).toEqual(['Not delivered', 'Invitation expired']);
    delete faults.onRecipient;
    mailing.app.clock.advance(HOUR);
    await mailing.deliver();
    expect(mailing.server.mails).toEqual([]);
  });

  it('leaves the others alone: they go out', async () => {
    faults.onRecipient = (address) => {
      if (address === 'carol@example.com') throw smtpError(550, 'No');
    };
    await invite();
    await createNora();
    await mailing.deliver();
    expect(mailing.server.mails.map((mail) => mail.recipients)).toEqual([['nora@example.com']]);
  });

  it('because the server is about to stop is tried again', async () => {
    faults.onReceived = () => {
      delete faults.onReceived;
      throw smtpError(421, 'bye');
    };
    await invite();
    await mailing.deliver();
    const [first] = await outbox();
    expect([first.attempts, first.sent_at, first.failed_at, first.answer]).toEqual([1, null, null, '421 bye']);
    mailing.app.clock.advance(MINUTE);
    await mailing.deliver();
    expect(mailing.server.mails.length).toBe(1);
    expect((await outbox())[0].sent_at).not.toBeNull();
  });

  it('because Roster is stopped meanwhile is sent by the next start', async () => {
    const { promise: isUnderWay, resolve: begin } = Promise.withResolvers<void>();
    faults.onReceived = () => {
      begin();
      return new Promise(() => {});
    };
    await invite();
    const { mail } = mailing.app.context;
    mail!.start();
    await isUnderWay;
    await mail!.stop(1);
    const [waiting] = await outbox();
    expect([waiting.attempts, waiting.sent_at, waiting.failed_at]).toEqual([1, null, null]);
    expect(waiting.answer).toBe('Roster was stopped while it waited for the mail server.');
    expect(waiting.next_at).toBe(instant(mailing.app.clock.now() + MINUTE));
  });

  it('because nobody answers waits, and a page says so', async () => {
    await mailing.server.close();
    await invite();
    await createNora();
    await mailing.deliver();
    const rows = await outbox();
    // The first found the server gone; the second was not even tried.
    expect(rows.map((row) => [row.attempts, row.failed_at])).toEqual([
      [1, null],
      [0, null],
    ]);
    const page = pageOf(await alice.get('/invitations'));
    expect(page.textOf('.message.warn')).toMatch(
      /^1 mail could not be handed over yet\. It is for carol, and will be tried again at 22 Nov 2026, 12:01 UTC\. The mail server said: .*ECONNREFUSED/,
    );
    expect(page.$('.message.warn a').attr('href')).toBe(pathTo(mailing.app, 'carol'));
    expect(page.texts('tbody .badge')).toEqual(['Waiting to be sent', 'Waiting to be sent']);
  });

  it('quotes no token back, should the server do so', async () => {
    faults.onReceived = () => {
      throw smtpError(554, `Spam: http://x/invitations/${'A'.repeat(43)} is not welcome`);
    };
    await invite();
    await mailing.deliver();
    expect((await outbox())[0].answer).toBe('554 Spam: … is not welcome');
  });
});

it('is answered before the mail server has said a word', async () => {
  let release = () => {};
  faults.onRecipient = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  await createNora();
  const round = mailing.deliver();
  while ((await outbox())[0].attempts === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  // While it hangs, everybody else goes on.
  expect((await alice.post(pathTo(mailing.app, 'carol', '/invitation'))).status).toBe(303);
  expect((await alice.get('/users')).status).toBe(200);
  const invitations = pageOf(await alice.get('/invitations'));
  expect(invitations.texts('tbody .badge')).toEqual(['Waiting to be sent', 'Waiting to be sent']);
  const { id } = await mailing.app.db.read('users').where({ name: 'nora' }).first('id');
  expect(
    pageOf(await alice.get(`/users/${id}`))
      .texts('.rows li')
      .join(),
  ).toMatch(/handed to the mail server, which has not answered yet; next at /);
  release();
  delete faults.onRecipient;
  await round;
  expect(mailing.server.mails.map((mail) => mail.recipients[0])).toEqual(['nora@example.com', 'carol@example.com']);
});
