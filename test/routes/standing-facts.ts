import type { Person } from '../../seeds/cast.ts';
import { instant } from '../../src/clock.ts';
import type { Transaction } from '../../src/db/database.ts';
import { askForEmail } from '../../src/one-time-links/email-change-store.ts';
import { makeChallenge } from '../../src/passkeys/challenge-store.ts';
import { beginFactor } from '../../src/second-factors/second-factor-store.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { groupId } from '../support/people.ts';

export const NEW_PASSWORD = 'nine slow tractors hum';

/** How many rows a table has, or those of a person. */
export const numberOf = (table: string, person?: Person) => async (app: TestApp) => {
  const rows = app.db.read(table);
  return (await (person ? rows.where('user_id', app.people[person]) : rows)).length;
};
export const column = (person: Person, name: string) => async (app: TestApp) =>
  (await app.db.read('users').where('id', app.people[person]).first(name))[name];
export const operationColumn = (name: string) => async (app: TestApp) =>
  (await app.db.read('bulk_operations').orderBy('id', 'desc').first(name))[name];
export const groupColumn = (name: string) => async (app: TestApp) =>
  (
    await app.db
      .read('groups')
      .leftJoin('users as leader', 'leader.id', 'leader_id')
      .where('groups.name', 'Support')
      .first('groups.*', 'leader.name as leader_name')
  )[name];
export const contactColumn = (contact: string, name: string) => async (app: TestApp) =>
  (await app.db.read('contacts').where('name', contact).first(name))[name];
export const deleted = (app: TestApp, id: number) =>
  app.db.write((trx) => trx('contacts').where({ id }).update({ activity: 'deleted' }));
/** Somebody else wrote the email that stands there. */
export const withNewEmail = (app: TestApp, id: number) =>
  app.db.write((trx) => trx('users').where({ id }).update({ confirmed_email: 'before@example.com' }));
export const letLeave = (app: TestApp, id: number) =>
  app.db.write((trx) => trx('users').where({ id }).update({ leaves_at: '2026-12-01T17:00:00.000Z' }));
/** The person has a new email, which the user could take over. */
export const offering = (app: TestApp, id: number) => {
  const offer = JSON.stringify({ userId: app.people.bob, email: 'b.schmidt@example.com' });
  return app.db.write((trx) => trx('contacts').where({ id }).update({ offer }));
};
export const decisionOnDave = async (app: TestApp) =>
  (await app.db.read('provisioning_clashes').where('subject_id', app.people.dave).first())?.decision;
export const untilOfBob = async (app: TestApp) =>
  (await app.db.read('memberships').where('user_id', app.people.bob).first())?.until_on;
export const membersOfSupport = async (app: TestApp) =>
  (await app.db.read('memberships').where('group_id', await groupId(app, 'Support'))).length;
export const openLinks = (person: Person, purpose: string) => async (app: TestApp) =>
  (
    await app.db
      .read('links')
      .where({ user_id: app.people[person], purpose })
      .whereNull('ended_at')
      .whereNull('used_at')
  ).length;
/** How many sessions somebody is signed in to. */
export const signedInAs = async (app: TestApp) => (await app.db.read('sessions').whereNotNull('user_id')).length;
export const hasPassword = (person: Person) => async (app: TestApp) =>
  (await column(person, 'password_hash')(app)) !== null;

/** The tags that all of each list of people get. */
export const lists = async (app: TestApp) =>
  (await app.db.read('bulk_operations').where('action', 'invite-people')).map(
    ({ choices }) => JSON.parse(choices).typed.tags,
  );

export const startMailingApp = () => startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });

/** Somebody is setting up a second factor, in whatever browser of theirs. */
export async function beginFactorFor(app: TestApp, id: number): Promise<void> {
  await app.db.write(async (trx) => {
    const nonce = await beginFactor(trx, id, instant(app.clock.now()));
    for (const { id_hash, data } of await trx('sessions').where('user_id', id)) {
      const begun = { ...JSON.parse(data), begunFactor: { nonce, since: app.clock.now() } };
      await trx('sessions')
        .where({ id_hash })
        .update({ data: JSON.stringify(begun) });
    }
  });
}

/** Somebody is adding a passkey, in whatever browser of theirs. */
export async function askForPasskey(app: TestApp, id: number): Promise<void> {
  const sessions = await app.db.read('sessions').where('user_id', id).pluck('data');
  await app.db.write(async (trx) => {
    for (const data of sessions) {
      const asked = { formSecret: JSON.parse(data).csrfSecret, purpose: 'setting up' as const };
      await makeChallenge(trx, asked, instant(app.clock.now()));
    }
  });
}

/** Somebody wants another email. */
export function wanting(trx: Transaction, app: TestApp, id: number) {
  const act = programAct(actSettings(app.config), { id, name: '', at: instant(app.clock.now()) });
  return askForEmail(trx, act, id, 'robert@example.com');
}
