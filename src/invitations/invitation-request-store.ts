import { recordChanges } from '../audit/audit-store.ts';
import type { Instant } from '../clock.ts';
import { whereNoneGiven } from '../db/conditions.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdAmong, whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { User } from '../users/user.ts';
import type { Act } from '../verbs/act.ts';

/** Somebody waits for an invitation that only an administrator can make. */
export interface InvitationRequest {
  userId: number;
  userName: string;
  userEmail: string;
  askedAt: Instant;
  askedBy: string | null;
}

/** Writes down that these users wait for an invitation. Who waits already is asked for anew, and is no change. Returns who did not. */
export async function requestInvitations(
  trx: Transaction,
  act: Act,
  users: Pick<User, 'id' | 'name'>[],
): Promise<number[]> {
  const waiting = new Set<number>(
    await whereIdIn(trx('invitation_requests'), 'user_id', users.map(idOf)).pluck('user_id'),
  );
  for (const { id } of users)
    await trx('invitation_requests')
      .insert({ user_id: id, asked_at: act.at, asked_by: act.by.id === id ? null : act.by.id })
      .onConflict('user_id')
      .merge();
  const added = users.filter(({ id }) => !waiting.has(id));
  await recordChanges(
    trx,
    act,
    added.map(({ id, name }) => ({
      action: 'invitation.asked-for',
      subjectType: 'user',
      subjectId: id,
      subjectName: name,
    })),
  );
  return added.map(idOf);
}

/** They have what they waited for. */
export async function answerInvitationRequests(trx: Transaction, userIds: number[]): Promise<void> {
  await whereIdIn(trx('invitation_requests'), 'user_id', userIds).delete();
}

/** Those who still wait, the longest first: who came in by another way, or may not come in, waits for nothing. */
export async function findInvitationRequests(db: Reader, limit: number): Promise<InvitationRequest[]> {
  const rows = await selectRequests(db, { limit });
  return rows.map((row) => ({
    userId: row.id,
    userName: row.name,
    userEmail: row.email,
    askedAt: row.asked_at,
    askedBy: row.asked_by,
  }));
}

interface RequestRow {
  id: number;
  name: string;
  email: string;
  asked_at: Instant;
  asked_by: string | null;
}

const selectRequests = prepared<{ limit: number }, RequestRow>((db, { limit }) => {
  const requests = db('invitation_requests')
    .join('users', 'users.id', 'invitation_requests.user_id')
    .leftJoin('users as asking', 'asking.id', 'invitation_requests.asked_by');
  // Looked at along the requests: those who are active, or never had a password, are nearly all users.
  const active = whereIdAmong(requests, 'users.activity', ['active']);
  return whereNoneGiven(active, ['users.password_hash', 'users.password_set_at'])
    .orderBy(['asked_at', 'invitation_requests.user_id'])
    .limit(limit)
    .select('users.id', 'users.name', 'users.email', 'asked_at', 'asking.name as asked_by');
});

function idOf({ id }: { id: number }): number {
  return id;
}
