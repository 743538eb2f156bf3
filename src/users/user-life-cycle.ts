import type { Act, Change, Fields } from '../audit/audit-event.ts';
import { recordChanges } from '../audit/audit-store.ts';
import { type Transaction, violatedUnique } from '../db/database.ts';
import { endLinks, issueLinks, type LinkSettings, type Purpose } from '../links/link-store.ts';
import { clearLoginAttempts } from '../sessions/lockout-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { Conflict, Forbidden } from '../web/errors.ts';
import { requireAdministratorRemains } from './administrators.ts';
import type { Subject, User } from './user.ts';
import { refusalOf, type UserAction } from './user-action.ts';
import { findSubjects, pieces } from './user-store.ts';

/** Takes away access: sessions and open links end in the same transaction. Each verb returns the users it changed. */
export async function deactivateUsers(trx: Transaction, act: Act, ids: number[]): Promise<User[]> {
  const users = await allowed(trx, act, 'deactivate', ids);
  await endAccess(trx, act, users, 'deactivated');
  await requireAdministratorRemains(trx);
  return users;
}

/** Soft: the row stays and can be restored, but name, email and contact are free for others. */
export async function deleteUsers(trx: Transaction, act: Act, ids: number[]): Promise<User[]> {
  const users = await allowed(trx, act, 'delete', ids);
  await endAccess(trx, act, users, 'deleted');
  await requireAdministratorRemains(trx);
  return users;
}

/** Brings deactivated and deleted users back. Throws Conflict where somebody has the name, email or contact by now. */
export async function activateUsers(trx: Transaction, act: Act, ids: number[]): Promise<User[]> {
  const users = await allowed(trx, act, 'activate', ids);
  try {
    await setActivity(trx, users, 'active');
  } catch (error) {
    const taken = TAKEN[violatedUnique(error) ?? ''];
    if (taken) throw new Conflict(`${names(users)} cannot be restored: ${taken} belongs to another user by now.`);
    throw error;
  }
  await record(trx, act, users, 'user.activated', (user) => ({
    before: { activity: user.activity },
    after: { activity: 'active' },
  }));
  return users;
}

const TAKEN: Record<string, string> = {
  'users.name_key': 'the name',
  'users.email_key': 'the system email',
  'users.contact_id': 'the linked contact',
};

/** "Still needed", said by somebody who may change the user: with the time of it, a fact that a review looks at. */
export async function confirmAccess(trx: Transaction, act: Act, ids: number[]): Promise<User[]> {
  const users = await allowed(trx, act, 'confirm-access', ids);
  for (const some of pieces(users))
    await trx('users')
      .whereIn('id', idsOf(some))
      .update({ access_confirmed_at: act.at, access_confirmed_by: act.by.id });
  await record(trx, act, users, 'user.access-confirmed', (user) => ({
    before: { accessConfirmedAt: user.accessConfirmedAt },
    after: { accessConfirmedAt: act.at },
  }));
  return users;
}

/** Opens locked accounts: counter, lock and total are cleared. */
export async function resetLoginAttempts(trx: Transaction, act: Act, ids: number[]): Promise<User[]> {
  const users = await allowed(trx, act, 'reset-login-attempts', ids);
  await clearLoginAttempts(trx, idsOf(users));
  await record(trx, act, users, 'user.login-attempts-reset', (user) => ({
    before: { loginAttempts: user.loginAttempts, lockedUntil: user.lockedUntil },
    after: { loginAttempts: 0, lockedUntil: null },
  }));
  return users;
}

/** A new invitation for each; the old link is dead. */
export async function inviteUsers(trx: Transaction, act: Act, ids: number[], settings: LinkSettings): Promise<User[]> {
  return issue(trx, act, 'reinvite', 'invitation', ids, settings);
}

/** A link to choose a new password. Nobody but the user ever sees or sets one (R43). */
export async function sendPasswordResets(
  trx: Transaction,
  act: Act,
  ids: number[],
  settings: LinkSettings,
): Promise<User[]> {
  return issue(trx, act, 'send-password-reset', 'password-reset', ids, settings);
}

export async function withdrawInvitations(trx: Transaction, act: Act, ids: number[]): Promise<User[]> {
  const users = await allowed(trx, act, 'withdraw-invitation', ids);
  await endLinks(trx, act, idsOf(users), 'invitation');
  await record(trx, act, users, 'invitation.withdrawn', (user) => ({
    before: { invitationExpiresAt: user.invitationExpiresAt },
    after: { invitationExpiresAt: null },
  }));
  return users;
}

async function issue(
  trx: Transaction,
  act: Act,
  action: UserAction,
  purpose: Purpose,
  ids: number[],
  settings: LinkSettings,
): Promise<User[]> {
  const users = await allowed(trx, act, action, ids);
  await issueLinks(trx, act, purpose, idsOf(users), settings);
  await record(trx, act, users, `${purpose}.issued`, () => ({
    after: { hours: settings.lifetime[purpose] / 3_600_000 },
  }));
  return users;
}

/** Throws Forbidden for the first whom the actor may not do this to; leaves out those for whom there is nothing to do. */
async function allowed(trx: Transaction, act: Act, action: UserAction, ids: number[]): Promise<Subject[]> {
  const subjects = await findSubjects(trx, ids);
  return subjects.filter((subject) => {
    const refusal = refusalOf(action, act.by, subject);
    if (refusal?.kind === 'forbidden') throw new Forbidden(`${subject.name} ${refusal.reason}.`);
    return refusal === undefined;
  });
}

async function endAccess(
  trx: Transaction,
  act: Act,
  users: Subject[],
  activity: 'deactivated' | 'deleted',
): Promise<void> {
  await setActivity(trx, users, activity);
  const sessions = await endSessions(trx, idsOf(users));
  await endLinks(trx, act, idsOf(users));
  await record(trx, act, users, `user.${activity}`, (user) => ({
    before: { activity: user.activity },
    after: { activity, ...(sessions.get(user.id) && { sessionsEnded: sessions.get(user.id) }) },
  }));
}

async function setActivity(trx: Transaction, users: User[], activity: User['activity']): Promise<void> {
  for (const some of pieces(users))
    await trx('users')
      .whereIn('id', idsOf(some))
      .update({ activity, version: trx.raw('version + 1') });
}

async function record(
  trx: Transaction,
  act: Act,
  users: User[],
  action: string,
  fields: (user: User) => { before?: Fields; after?: Fields },
): Promise<void> {
  const changes = users.map(
    (user): Change => ({ action, subjectType: 'user', subjectId: user.id, subjectName: user.name, ...fields(user) }),
  );
  await recordChanges(trx, act, changes);
}

function idsOf(users: User[]): number[] {
  return users.map((user) => user.id);
}

function names(users: User[]): string {
  return users.map((user) => user.name).join(', ');
}
