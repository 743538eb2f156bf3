import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { HOUR, MINUTE } from '../../src/clock.ts';
import { PASSWORD } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { linkFor, opened } from '../support/links.ts';
import { linkIn, type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { createdBy, groupId, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

let mailing: Mailing;
let lena: Session;
let path: string;

beforeEach(async () => {
  mailing = await startMailing({}, { SESSION_IDLE: '10000', SESSION_MAX: '1000' });
  lena = await signedIn(mailing.app, 'lena');
  path = `/led-groups/${await groupId(mailing.app, 'Support')}`;
});
afterEach(() => mailing.close());

/** What the leader is told, and the links of it. */
async function reinvite(people: Person[], channel: string) {
  const ids = people.map((person) => String(mailing.app.people[person]));
  const answer = await lena.post(`${path}/members/invitations`, { ids, channel });
  const page = pageOf(await lena.get(answer.headers.location));
  await mailing.deliver();
  return { said: page.message(), links: String(page.$('#links').val() ?? '') };
}

const linksOfCarol = () =>
  mailing.app.db.read('links').where('user_id', mailing.app.people.carol).whereNull('ended_at').pluck('id');

it.each(['mail', 'copy'])(
  'a leader’s reinvitation sends the open link of another’s again, chosen was %s (R84)',
  async (channel) => {
    const alice = await signedIn(mailing.app, 'alice');
    await alice.post(pathTo(mailing.app, 'carol', '/invitation'), { channel: 'mail' });
    await mailing.deliver();
    mailing.app.clock.advance(HOUR);
    const before = await linksOfCarol();
    const audit = await watchAudit(mailing.app);
    expect(await reinvite(['carol'], channel)).toEqual({
      said: '1 user was invited anew into Support. By mail, to the system email: carol.',
      links: '',
    });
    expect(await linksOfCarol()).toEqual(before);
    expect(await audit.actions()).toEqual(['invitation.sent-again']);
    const [first, second, ...more] = mailing.server.mails;
    expect(more).toEqual([]);
    expect(second.to![0].address).toBe('carol@example.com');
    expect(linkIn(second)).toBe(linkIn(first));
    const carol = await opened(mailing.app, linkIn(second));
    expect((await carol.post('/invitations/acceptance', { password: PASSWORD, repeated: PASSWORD })).status).toBe(303);
  },
);

it('invites in no words of the leader’s own, in whatever name they stand, nor does anybody after them', async () => {
  const fields = {
    name: 'You won! Visit evil.example',
    email: 'victim+visit-evil.example@example.org',
    channel: 'mail',
  };
  expect((await lena.post(`${path}/invitations`, fields)).status).toBe(303);
  const { id } = await mailing.app.db.read('users').where('name', fields.name).first('id');
  const alice = await signedIn(mailing.app, 'alice');
  await alice.post(`/users/${id}/invitation`, { channel: 'mail' });
  await alice.post('/users', { name: 'nora', email: 'nora@example.com', access: 'mail' });
  await mailing.deliver();
  const [nora, ...others] = mailing.server.mails.toSorted((a, b) => a.to![0].address!.localeCompare(b.to![0].address!));
  expect(nora.text).toContain('Hello nora,');
  expect(others.length).toBeGreaterThan(0);
  for (const { subject, text, html } of others) {
    expect(text).toMatch(
      /^Hello,\n\n\w+ invites you to Roster\. You sign in with the address to which this mail came\./,
    );
    for (const words of [subject, text, html]) expect(words).not.toMatch(/evil|won/i);
  }
});

it('mails a link that was handed over, without ending it', async () => {
  const link = await linkFor(mailing.app, 'carol', 'invitation');
  await reinvite(['carol'], 'mail');
  expect(mailing.server.mails.map(linkIn)).toEqual([link]);
  expect((await new Session(mailing.app).get(link)).status).toBe(303);
});

it('makes one anew that is over, by mail only', async () => {
  mailing.app.clock.advance(100 * HOUR);
  expect((await reinvite(['carol'], 'copy')).links).toBe('');
  expect(mailing.server.mails).toHaveLength(1);
  expect(mailing.server.mails[0].to![0].address).toBe('carol@example.com');
  await opened(mailing.app, linkIn(mailing.server.mails[0]));
});

it('is sent at most three times an hour', async () => {
  mailing.app.clock.advance(HOUR);
  for (let minute = 0; minute < 60; minute += 5) {
    await reinvite(['carol'], 'mail');
    mailing.app.clock.advance(5 * MINUTE);
  }
  expect(mailing.server.mails).toHaveLength(3);
});

it('is sent whatever was sent while the clock was ahead', async () => {
  mailing.app.clock.advance(4 * HOUR);
  await reinvite(['carol'], 'mail');
  mailing.app.clock.advance(-3 * HOUR);
  await reinvite(['carol'], 'mail');
  expect(mailing.server.mails).toHaveLength(2);
});

it('shows the links of those whom the leader created, beside the others', async () => {
  await createdBy(mailing.app, 'carol', 'lena');
  const alice = await signedIn(mailing.app, 'alice');
  const support = await groupId(mailing.app, 'Support');
  const fields = { name: 'nora', email: 'nora@example.com', groups: support, groupsShown: 'yes', access: 'later' };
  await alice.post('/users', fields);
  const { id } = await mailing.app.db.read('users').where('name', 'nora').first('id');
  mailing.app.people = { ...mailing.app.people, bob: id };
  const { said, links } = await reinvite(['carol', 'bob'], 'copy');
  expect(said).toBe('2 users were invited anew into Support. By mail, to the system email: nora.');
  expect(links).toMatch(/^carol\tcarol@example\.com\thttp\S+$/);
  expect(mailing.server.mails.map((mail) => mail.to![0].address)).toEqual(['nora@example.com']);
});
