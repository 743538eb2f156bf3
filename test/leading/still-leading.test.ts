import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Transaction } from '../../src/db/database.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { factsBesideAudit } from '../support/database.ts';
import { nextInLine } from '../support/line.ts';
import { createdBy, groupId } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

let app: TestApp;
let lena: Session;
let path: string;
beforeEach(async () => {
  app = await startApp();
  await createdBy(app, 'carol', 'lena');
  await new Session(app).signIn('bob', 'not the password');
  lena = await signedIn(app, 'lena');
  path = `/led-groups/${await groupId(app, 'Support')}`;
  await lena.get(path);
});
afterEach(() => app.close());

const ENDS: [string, (trx: Transaction) => Promise<unknown>][] = [
  ['replaced', (trx) => trx('groups').where('name', 'Support').update({ leader_id: app.people.bob })],
  ['past the end', (trx) => trx('memberships').where('user_id', app.people.lena).update({ until_on: '2026-11-21' })],
  [
    'led nowhere: the group was deleted',
    (trx) => trx('groups').where('name', 'Support').update({ activity: 'deleted' }),
  ],
];

const DEEDS: [string, () => Promise<{ status: number }>][] = [
  ['removes', () => lena.send('delete', `${path}/members`, { ids: String(app.people.bob) })],
  ['sets an end', () => lena.send('patch', `${path}/members`, { ids: String(app.people.bob), untilAt: '2030-01-01' })],
  ['adds', () => lena.post(`${path}/members`, { emails: 'erin@example.com' })],
  ['invites', () => lena.post(`${path}/invitations`, { name: 'nina', email: 'nina@example.com' })],
  ['reinvites', () => lena.post(`${path}/members/invitations`, { ids: String(app.people.carol) })],
  ['resets attempts', () => lena.send('delete', `${path}/members/login-attempts`, { ids: String(app.people.bob) })],
];

it.each(DEEDS.flatMap(([deed, act]) => ENDS.map(([end, change]) => ({ deed, act, end, change }))))(
  'nobody $deed any more who was $end ahead in line (R89)',
  async ({ act, change }) => {
    let answer: Promise<{ status: number }> | undefined;
    await app.db.write(async (trx) => {
      const inLine = nextInLine(app);
      answer = act();
      await inLine;
      await change(trx);
    });
    const before = await factsBesideAudit(app);
    expect((await answer!).status).toBe(404);
    expect(await factsBesideAudit(app)).toEqual(before);
  },
);
