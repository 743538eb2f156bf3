import type { Request } from 'express';
import { type Session, type SessionData, Store } from 'express-session';
import { hashOfSecret } from '../access/secret-hash.ts';
import { AHEAD, type Clock, HOUR, instant, MINUTE } from '../clock.ts';
import { type Database, isUnavailable } from '../db/database.ts';
import type { Row } from '../db/tables.ts';
import { deleteSession, findSession, insertSession, updateSession } from './session-store.ts';

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
/** How long a session that could not be ended waits to be tried again. */
const TRY_AGAIN_AFTER = 5_000;

type Done = (error?: unknown) => void;
type Got = (error: unknown, session?: SessionData | null) => void;

/** Keeps sessions in the database, by the hash of their id, with the user in a column: ending them is one DELETE. */
export class ExpressSessions extends Store {
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
    const key = hashOfSecret(id);
    if (this.ending.has(key)) return null;
    const row = await findSession(this.db.read, key);
    if (!row) return null;
    const now = this.clock();
    const isOpen = row.expires_at > instant(now) && row.created_at < instant(now + AHEAD);
    if (isOpen) return sessionOf(row);
    // For good: a clock that is set back later must not revive it.
    await this.db.oneRow.note((trx) => deleteSession(trx, key));
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
      ? this.db.oneRow.write((trx) => updateSession(trx, hashOfSecret(id), row))
      : this.db.write((trx) =>
          insertSession(
            trx,
            { id_hash: hashOfSecret(id), created_at: instant(data.createdAt!), ...row },
            session.passwordSetAt,
          ),
        );
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
        updateSession(trx, hashOfSecret(id), { seen_at: instant(now), expires_at: this.expiryOf(session, now) }),
      )
      .then(() => done())
      .catch(done);
  }

  override destroy(id: string, done: Done = () => {}): void {
    this.end(hashOfSecret(id)).then(() => done(), done);
  }

  /** Where the database does not take it now, it is tried again until it does; a session that was ended counts for nothing meanwhile. */
  private async end(hash: string): Promise<void> {
    try {
      await this.db.oneRow.write((trx) => deleteSession(trx, hash));
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
