import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { hashOfSecret } from '../access/secret-hash.ts';
import { type Instant, instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import type { Act, LinkSettings } from '../verbs/act.ts';

/** The email that somebody wants instead of their own, once the link that was mailed there is opened. */
export interface EmailChange {
  userId: number;
  email: string;
  /** What its token is derived from, besides the secret. */
  nonce: string;
  expiresAt: Instant;
}

/** Writes down what the user wants, in the place of what they wanted before. Its link lasts as long as one for a new password. */
export async function askForEmail(trx: Transaction, act: Act, userId: number, email: string): Promise<EmailChange> {
  const change = {
    userId,
    email,
    nonce: randomBytes(16).toString('base64url'),
    expiresAt: instant(Date.parse(act.at) + act.links.lifetime['password-reset']),
  };
  await forgetEmailChanges(trx, [userId]);
  await trx('email_changes').insert({
    user_id: userId,
    email,
    nonce: change.nonce,
    token_hash: hashOfSecret(tokenOf(act.links, change)),
    created_at: act.at,
    expires_at: change.expiresAt,
  });
  return change;
}

/** Where the link of the change leads; `baseUrl` is the setting, never taken from a request. */
export function emailChangeAddress(
  baseUrl: string,
  settings: LinkSettings,
  change: Pick<EmailChange, 'userId' | 'nonce'>,
): string {
  return `${baseUrl}/emails/${tokenOf(settings, change)}`;
}

/** What a user wants, or what this token is for, while it stands. */
export async function findEmailChange(
  db: Reader,
  by: { userId: number } | { token: string },
  now: Instant,
): Promise<EmailChange | undefined> {
  const key = 'token' in by ? { token_hash: hashOfSecret(by.token) } : { user_id: by.userId };
  const row: Row<'email_changes'> | undefined = await db('email_changes')
    .where(key)
    .where('expires_at', '>', now)
    .first();
  return row && { userId: row.user_id, email: row.email, nonce: row.nonce, expiresAt: row.expires_at };
}

/** Uses the link up. Of any number of attempts exactly one is told true (R32). */
export async function consumeEmailChange(trx: Transaction, { userId, nonce }: EmailChange): Promise<boolean> {
  return (await trx('email_changes').where({ user_id: userId, nonce }).delete()) === 1;
}

/** Nothing that these users asked for can be opened any more. */
export async function forgetEmailChanges(trx: Transaction, userIds: number[]): Promise<void> {
  await deleteOf(trx, { userIds });
}

const deleteOf = prepared<{ userIds: number[] }, never>((db, { userIds }) =>
  whereIdIn(db('email_changes'), 'user_id', userIds).delete(),
);

export async function forgetAllEmailChanges(trx: Transaction): Promise<void> {
  await trx('email_changes').delete();
}

export async function pruneEmailChanges(trx: Transaction, now: Instant): Promise<void> {
  await trx('email_changes').where('expires_at', '<=', now).delete();
}

/** What the form behind the link carries, so that it acts on the change that it shows (R90). */
export function sealEmailChange(change: Pick<EmailChange, 'userId' | 'nonce'>, secret: string): string {
  return `${change.userId}.${sealOf(change, secret)}`;
}

/** Whose change a form was sealed for; whether it is the one that stands is said by isSealOf. */
export function userOfSeal(sealed: string): number | undefined {
  const [, id] = /^([1-9]\d{0,14})\.[\w-]{43}$/.exec(sealed) ?? [];
  return id === undefined ? undefined : Number(id);
}

export function isSealOf(sealed: string, change: EmailChange, secret: string): boolean {
  const [given, expected] = [Buffer.from(sealed), Buffer.from(sealEmailChange(change, secret))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function sealOf({ userId, nonce }: Pick<EmailChange, 'userId' | 'nonce'>, secret: string): string {
  return createHmac('sha256', secret).update(`form of email ${userId} ${nonce}`).digest('base64url');
}

function tokenOf({ secret }: LinkSettings, { userId, nonce }: Pick<EmailChange, 'userId' | 'nonce'>): string {
  return createHmac('sha256', secret).update(`email ${userId} ${nonce}`).digest('base64url');
}
