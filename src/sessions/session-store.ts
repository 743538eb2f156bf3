import { hash } from 'node:crypto';
import type { Request } from 'express';
import { type Session, type SessionData, Store } from 'express-session';
import { AHEAD, type Clock, HOUR, instant, MINUTE } from '../clock.ts';
import { type Database, isUnavailable, type Reader, type Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';

declare module 'express-session' {
  interface SessionData {
    userId?: number;
    address?: string;
    agent?: string;
    /** Milliseconds. */
    createdAt?: number;
    seenAt?: number;
    /** When somebody last showed in it that it is they, by its sign-in or since. */
    confirmedAt?: number;
    /** Whether a row exists: a session that was ended while a request ran must not be written back. */
    stored?: boolean;
  }
}

interface Limits {
  idleMinutes: number;
  maxHours: number;
}

/** How stale "last seen" may be; saves a write per request. */
const SEEN_EVERY = MINUTE;
/** Of somebody who opened a link, or is to be told something. */
const ANONYMOUS_LIFE = HOUR;
/** More of them than anybody needs at once: whoever has a link could open it without end (R87). */
const ANONYMOUS_KEPT = 1_000;

/** How long a session that could not be ended waits to be tried again. */
const TRY_AGAIN_AFTER = 5_000;

type Done = (error?: unknown) => void;
type Got = (error: unknown, session?: SessionData | null) => void;

/** Keeps sessions in the database, by the hash of their id, with the user in a column: ending them is one DELETE. */
export class SessionStore extends Store {
  private readonly db: Database;
  private readonly clock: Clock;
  private readonly limits: Limits;
  /** Ended, but the database could not take it yet: a full disk keeps nobody from signing out. */
  private readonly ending = new Set<string>();
  /** What stands in the database of the sessions of requests that are under way. */
  private readonly kept = new WeakMap<SessionData, string>();

  constructor(db: Database, clock: Clock, limits: Limits) {
    super();
    this.db = db;
    this.clock = clock;
    this.limits = limits;
  }

  override get(id: string, done: Got): void {
    this.find(id).then((session) => done(null, session), done);
  }

  private async find(id: string): Promise<SessionData | null> {
    const key = hashOf(id);
    if (this.ending.has(key)) return null;
    const [row] = await findRow(this.db.read, { hash: key });
    if (!row) return null;
    const now = this.clock();
    const isOpen = row.expires_at > instant(now) && row.created_at < instant(now + AHEAD);
    if (isOpen) return sessionOf(row);
    // For good: a clock that is set back later must not revive it.
    await this.db.oneRow.note((trx) => trx('sessions').where('id_hash', key).delete());
    return null;
  }

  override set(id: string, session: SessionData, done: Done = () => {}): void {
    const now = this.clock();
    const { seenAt, stored, confirmedAt, ...data } = session;
    data.createdAt ??= now;
    const row = {
      user_id: session.userId ?? null,
      data: JSON.stringify(data),
      address: session.address ?? '',
      agent: session.agent ?? '',
      seen_at: instant(now),
      expires_at: this.expiryOf(data, now),
      confirmed_at: confirmedAt === undefined ? null : instant(confirmedAt),
    };
    const written = stored
      ? this.db.oneRow.write((trx) => trx('sessions').where('id_hash', hashOf(id)).update(row))
      : this.db.write(async (trx) => {
          if (!(await maySignInNow(trx, session))) return;
          await trx('sessions').insert({ id_hash: hashOf(id), created_at: instant(data.createdAt!), ...row });
          if (session.userId === undefined) await forgetOldest(trx);
        });
    written
      .then(() => {
        session.stored = true;
        session.createdAt = data.createdAt;
        this.kept.set(session, contentOf(session));
        done();
      })
      .catch(done);
  }

  override createSession(req: Request, data: SessionData): Session & SessionData {
    const session = super.createSession(req, data);
    this.kept.set(session, contentOf(session));
    return session;
  }

  /**
   * Writes down what a request changed in its session. One that is not there yet has to be, or its forms would be worth
   * nothing; for what else is forgotten, such as a message for its next page, no answer is held back.
   */
  async keep(session: Session & SessionData): Promise<void> {
    const call = (work: (done: Done) => void) =>
      new Promise<void>((resolve, reject) => work((error) => (error ? reject(error) : resolve())));
    if (contentOf(session) === (this.kept.get(session) ?? NO_CONTENT)) {
      if (session.stored) await call((done) => this.touch(session.id, session, done));
      return;
    }
    const { stored } = session;
    try {
      await call((done) => this.set(session.id, session, done));
    } catch (error) {
      const hasForm = !stored && session.csrfSecret !== undefined;
      if (hasForm || !isUnavailable(error)) throw error;
    }
  }

  override touch(id: string, session: SessionData, done: Done = () => {}): void {
    const now = this.clock();
    if (now - (session.seenAt ?? 0) < SEEN_EVERY) {
      done();
      return;
    }
    this.db.oneRow
      .note((trx) =>
        trx('sessions')
          .where('id_hash', hashOf(id))
          .update({ seen_at: instant(now), expires_at: this.expiryOf(session, now) }),
      )
      .then(() => done())
      .catch(done);
  }

  override destroy(id: string, done: Done = () => {}): void {
    this.end(hashOf(id)).then(() => done(), done);
  }

  /** Where the database does not take it now, it is tried again until it does; a session that was ended counts for nothing meanwhile. */
  private async end(hash: string): Promise<void> {
    try {
      await this.db.oneRow.write((trx) => trx('sessions').where('id_hash', hash).delete());
      this.ending.delete(hash);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.ending.add(hash);
      setTimeout(() => void this.end(hash).catch(() => undefined), TRY_AGAIN_AFTER).unref();
    }
  }

  private expiryOf(session: Partial<SessionData>, now: number): string {
    if (session.userId === undefined) return instant(now + ANONYMOUS_LIFE);
    return instant(
      Math.min(now + this.limits.idleMinutes * MINUTE, (session.createdAt ?? now) + this.limits.maxHours * HOUR),
    );
  }
}

function sessionOf(row: Row<'sessions'>): SessionData {
  const confirmedAt = row.confirmed_at === null ? undefined : Date.parse(row.confirmed_at);
  return { ...JSON.parse(row.data), seenAt: Date.parse(row.seen_at), confirmedAt, stored: true };
}

const findRow = prepared<{ hash: string }, Row<'sessions'>>((db, { hash }) => db('sessions').where('id_hash', hash));

/** Ends every session of these users, but for the one that is kept; returns how many each had. */
export async function endSessions(trx: Transaction, userIds: number[], keep?: string): Promise<Map<number, number>> {
  const ended = new Map<number, number>();
  const query = whereIdIn(trx('sessions'), 'user_id', userIds);
  if (keep) query.whereNot('id_hash', hashOf(keep));
  const counts = await query.clone().groupBy('user_id').select('user_id').count('* as sessions');
  for (const row of counts) ended.set(row.user_id as number, Number(row.sessions));
  if (counts.length > 0) await query.delete();
  return ended;
}

/** Ends every session there is; returns how many of them were somebody's. */
export function endAllSessions(trx: Transaction): Promise<number> {
  return endSessionsExcept(trx, []);
}

/** Ends every session but those of these keys (see findSessionKeys); returns how many of them were somebody's. */
export async function endSessionsExcept(trx: Transaction, keys: string[]): Promise<number> {
  const kept = new Set(keys);
  const rows: { id_hash: string; user_id: number | null }[] = await trx('sessions').select('id_hash', 'user_id');
  const ended = rows.filter((row) => !kept.has(row.id_hash));
  await whereIdIn(
    trx('sessions'),
    'id_hash',
    ended.map((row) => row.id_hash),
  ).delete();
  return ended.filter((row) => row.user_id !== null).length;
}

export async function isSessionOpen(db: Reader, id: string): Promise<boolean> {
  return (await db('sessions').where('id_hash', hashOf(id)).first('id_hash')) !== undefined;
}

/** By which the sessions are told apart; nobody signs in by them. */
export function findSessionKeys(db: Reader): Promise<string[]> {
  return db('sessions').pluck('id_hash');
}

export interface OpenSession {
  /** By which its page names it: neither its id nor the key under which it is kept. */
  handle: string;
  address: string;
  agent: string;
  createdAt: string;
  seenAt: string;
}

const selectOpen = prepared<{ userId: number; now: string }, Row<'sessions'>>((db, { userId, now }) =>
  db('sessions').where('user_id', userId).where('expires_at', '>', now).orderBy('seen_at', 'desc'),
);

export async function findSessions(db: Reader, userId: number, now: string): Promise<OpenSession[]> {
  return (await selectOpen(db, { userId, now })).map(openSessionOf);
}

/** By which this session is named among those of its user. */
export function handleOf(id: string): string {
  return handleOfHash(hashOf(id));
}

/** Ends one session of this user; undefined where they have none with this handle. */
export async function endSession(trx: Transaction, userId: number, handle: string): Promise<OpenSession | undefined> {
  const rows = await trx('sessions').where('user_id', userId);
  const found: Row<'sessions'> | undefined = rows.find((row) => handleOfHash(row.id_hash) === handle);
  if (!found) return undefined;
  await trx('sessions').where('id_hash', found.id_hash).delete();
  return openSessionOf(found);
}

function openSessionOf(row: Row<'sessions'>): OpenSession {
  return {
    handle: handleOfHash(row.id_hash),
    address: row.address,
    agent: row.agent,
    createdAt: row.created_at,
    seenAt: row.seen_at,
  };
}

export async function pruneSessions(trx: Transaction, now: string): Promise<number> {
  const future = instant(Date.parse(now) + AHEAD);
  return trx('sessions').where('expires_at', '<=', now).orWhere('created_at', '>=', future).delete();
}

/** A sign-in that was under way while its user lost access must leave nothing behind that a later activation would revive. */
async function maySignInNow(trx: Transaction, { userId, passwordSetAt }: SessionData): Promise<boolean> {
  if (userId === undefined) return true;
  const user = await trx('users')
    .where({ id: userId, activity: 'active', api_only: false })
    .whereNotNull('password_hash')
    .first('password_set_at');
  return user !== undefined && user.password_set_at === passwordSetAt;
}

/** Of the sessions that are nobody's. */
async function forgetOldest(trx: Transaction): Promise<void> {
  const anonymous = () => trx('sessions').whereNull('user_id');
  const kept = anonymous().orderBy('created_at', 'desc').orderBy('id_hash').limit(ANONYMOUS_KEPT).select('id_hash');
  await anonymous().whereNotIn('id_hash', kept).delete();
}

const NO_CONTENT = '{}';

/** Without what is kept in columns of its own, or anew by every answer. */
function contentOf({
  cookie: _cookie,
  seenAt: _seenAt,
  stored: _stored,
  createdAt: _createdAt,
  ...content
}: SessionData) {
  return JSON.stringify(content);
}

/** Under which a session is kept: its id is nowhere in the database (R55). */
export function hashOf(id: string): string {
  return hash('sha256', id, 'base64url');
}

function handleOfHash(idHash: string): string {
  return hash('sha256', `handle of ${idHash}`, 'base64url').slice(0, 22);
}
