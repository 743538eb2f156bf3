import { maySignIn } from '../access/admission.ts';
import { NO_RIGHTS } from '../access/rights.ts';
import { type Clock, type Instant, instant, minuteOf } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { LONGEST_PASSWORD } from '../passwords/password.ts';
import type { PasswordHasher } from '../passwords/password-hasher.ts';
import { findPasswordHash } from '../passwords/password-store.ts';
import { findConfirmedFactor, takeCode } from '../second-factors/second-factor-store.ts';
import { identityKey, LONGEST_IDENTITY } from '../text/identity-key.ts';
import type { User } from '../users/user.ts';
import { findUserByIdentifier } from '../users/user-lookup.ts';
import { findUsers, replacePasswordHash } from '../users/user-store.ts';
import type { Act } from '../verbs/act.ts';
import type { AddressLimiter } from './address-limiter.ts';
import { isRemembered } from './known-device-store.ts';
import {
  clearCounter,
  giveBackAttempt,
  lockAtLimit,
  lookAtNothing,
  reserveAttempt,
  reserveNothing,
  type Tried,
} from './lockout-store.ts';
import { type LoginAttempt, recordLoginAttempt } from './login-attempt-store.ts';
import { recordSignIn } from './recorded-sign-in.ts';
import { SignInLines } from './sign-in-lines.ts';
import { tellOfSignIn } from './sign-in-notice.ts';
import type { Visitor } from './visitor.ts';

export interface SignInContext {
  db: Database;
  hasher: PasswordHasher;
  clock: Clock;
  addressLimiter: AddressLimiter;
  attemptLimit: number;
  /** From which second factors are derived. */
  pepper: string;
}

/** What somebody shows to get in, beside a password or in its place. */
export interface Proof {
  /** What the history says of one that was not right. */
  failure: LoginAttempt['outcome'];
  /** Uses it up where it is right. Asked only for whom no lock and no end of access keeps out. */
  isRight(trx: Transaction, act: Act, user: User): Promise<boolean>;
}

interface Attempt {
  act: Omit<Act, 'by'>;
  /** Nobody's where the name is nobody's. */
  user: User | undefined;
  /** Null where a stranger's counter is met. */
  device: string | null;
  password: string;
  /** By which the device is remembered; null where it brings none. */
  token: string | null;
  agent: string;
  /** A sign-in, not a question to somebody who is signed in. */
  isSignIn: boolean;
}

/** Stands for whoever a name that nobody has would belong to: no user has this id. */
const NOBODY = 0;

/**
 * Decides whether a password opens an account. Attempts on one counter come one after the other, so right ones in
 * parallel never lock each other out (R17), whichever process has them, and each is counted before its hash (R16). Every way through computes
 * exactly one hash and asks as much of the database, whoever the name belongs to (R25).
 */
export class SignIn {
  private readonly context: SignInContext;
  private readonly lines: SignInLines;

  constructor(context: SignInContext) {
    this.context = context;
    this.lines = new SignInLines(context.db);
  }

  /**
   * The user who signed in; undefined for every kind of refusal, which all look alike (R24). `triedId` is whose name it was, or null; for
   * the log alone.
   */
  async byPassword(
    act: Omit<Act, 'by'>,
    identifier: string,
    password: string,
    visitor: Visitor,
  ): Promise<{ user: User | undefined; isPending: boolean; triedId: number | null }> {
    // In a storm most are turned away here, before anything is read for them.
    if (!visitor.claimsDevice) this.lines.requireRoomForStranger();
    // No name and no email is as long: it is nobody's, and nothing is done with it.
    const name = identifier.length > LONGEST_IDENTITY ? '' : identifier;
    const user = await findUserByIdentifier(this.context.db.read, name);
    const device = user ? visitor.deviceOf(user) : null;
    const token = user ? visitor.tokenOf(user) : null;
    if (device === null) await this.context.addressLimiter.requireRoom(act.address);
    const passed = await this.lines.run(device, user?.id ?? identityKey(name), () =>
      this.verify({ act, user, device, password, token, agent: visitor.agent, isSignIn: true }),
    );
    return { user: passed?.user, isPending: passed?.isPending ?? false, triedId: user?.id ?? null };
  }

  /** Whether a code is the second factor of somebody whose password was right (R29, R30). */
  bySecondFactor(act: Omit<Act, 'by'>, known: User, code: string, visitor: Visitor): Promise<boolean> {
    return this.byProof(act, known, visitor, this.codeOf(code));
  }

  /** Whether this is a code of a signed-in user; counted like one at the sign-in. */
  confirmSecondFactor(act: Act, known: User, code: string, visitor: Visitor): Promise<boolean> {
    return this.confirmProof(act, known, visitor, this.codeOf(code));
  }

  /**
   * Whether somebody shows what lets them in besides a password, or in its place; counted like a password (R19). `known` is who it would
   * be, as they were when that was read: undefined for whoever is nobody.
   */
  async byProof(act: Omit<Act, 'by'>, known: User | undefined, visitor: Visitor, proof: Proof): Promise<boolean> {
    const device = known ? visitor.deviceOf(known) : null;
    if (device === null) await this.context.addressLimiter.requireRoom(act.address);
    const attempt = { act, user: known, device, password: '', token: null, agent: visitor.agent, isSignIn: true };
    return this.proofInLine(attempt, proof);
  }

  /** The same of somebody who is signed in and shows it once more. */
  confirmProof(act: Act, known: User, visitor: Visitor, proof: Proof): Promise<boolean> {
    const device = visitor.deviceOf(known);
    const attempt = { act, user: known, device, password: '', token: null, agent: visitor.agent, isSignIn: false };
    return this.proofInLine(attempt, proof);
  }

  /** Whether this is the password of a signed-in user; counted like a sign-in (R7). */
  async confirmPassword(act: Act, user: User, password: string, visitor: Visitor): Promise<boolean> {
    const device = visitor.deviceOf(user);
    const verified = await this.lines.run(device, user.id, () =>
      this.verify({ act, user, device, password, token: null, agent: visitor.agent, isSignIn: false }),
    );
    return verified !== undefined;
  }

  private proofInLine(attempt: Attempt, proof: Proof): Promise<boolean> {
    return this.lines.run(attempt.device, attempt.user?.id ?? NOBODY, () =>
      this.context.db.write((trx) => this.takeProof(trx, attempt, proof)),
    );
  }

  private codeOf(code: string): Proof {
    const { pepper } = this.context;
    return {
      failure: 'wrong code',
      async isRight(trx, { at }, user) {
        const factor = await findConfirmedFactor(trx, user.id);
        return factor !== undefined && takeCode(trx, factor, code, { pepper, now: Date.parse(at) });
      },
    };
  }

  private async takeProof(trx: Transaction, attempt: Attempt, proof: Proof): Promise<boolean> {
    const { addressLimiter, attemptLimit } = this.context;
    const { device, agent, isSignIn } = attempt;
    // Whoever is signed in is no stranger.
    const isLimited = isSignIn && device === null;
    const act = this.actOf(attempt);
    const from = { at: act.at, address: act.address, agent, device };
    const isStill = (one: User) => one.hasPassword && one.passwordSetAt === attempt.user?.passwordSetAt;
    const [user] = await findUsers(trx, [attempt.user?.id ?? NOBODY]);
    if (isLimited) await addressLimiter.takeIn(trx, act.address);
    if (!user) {
      await reserveNothing(trx, device);
      await lookAtNothing(trx, device);
      await recordLoginAttempt(trx, null, { ...from, outcome: 'unknown name', lockedUntil: null });
      return false;
    }
    const tried = { user, device, agent };
    const isAdmitted = isStill(user) && maySignIn(user, minuteOf(act.at));
    const lockedUntil = await reserveAttempt(trx, act, tried, attemptLimit);
    if (lockedUntil === undefined && isAdmitted && (await proof.isRight(trx, act, user))) {
      const failures = await clearCounter(trx, tried);
      if (isLimited) await addressLimiter.giveBackIn(trx, act.address);
      if (isSignIn) {
        await recordSignIn(trx, user.id, from);
        await tellOfSignIn(trx, act, tried, failures);
      }
      return true;
    }
    const outcome = lockedUntil !== undefined ? 'while locked' : isAdmitted ? proof.failure : 'may not sign in';
    if (lockedUntil !== undefined) await lookAtNothing(trx, device);
    const lock = lockedUntil ?? (await lockAtLimit(trx, act, tried, attemptLimit)) ?? null;
    await recordLoginAttempt(trx, user.id, { ...from, outcome, lockedUntil: lock });
    return false;
  }

  private async verify(attempt: Attempt): Promise<{ user: User; isPending: boolean } | undefined> {
    const { db, hasher, addressLimiter, attemptLimit } = this.context;
    const { device, agent, isSignIn } = attempt;
    const { address } = attempt.act;
    // A known device is limited by its own counter, and whoever is signed in is no stranger.
    const isLimited = isSignIn && device === null;
    const id = attempt.user?.id ?? NOBODY;
    const password = bounded(attempt.password);
    let user: User | undefined;
    let outcome: LoginAttempt['outcome'] = 'unknown name';
    let lockedUntil: Instant | undefined;
    const hash = await hasher.verify(password, device === null ? 'last' : 'first', () =>
      db.write(async (trx) => {
        if (isLimited) await addressLimiter.takeIn(trx, address);
        // Read again: much can happen to an account while the attempt stands in line.
        [user] = await findUsers(trx, [id]);
        const own = await findPasswordHash(trx, id);
        if (!user) return void (await reserveNothing(trx, device));
        const act = this.actOf(attempt);
        lockedUntil = await reserveAttempt(trx, act, { user, device, agent }, attemptLimit);
        if (lockedUntil !== undefined) outcome = 'while locked';
        else outcome = maySignIn(user, minuteOf(act.at)) ? 'wrong password' : 'may not sign in';
        return outcome === 'wrong password' ? own : undefined;
      }),
    );
    const better = hash && hasher.isOutdated(hash) ? await hasher.hash(password) : undefined;
    return db.write(async (trx) => {
      const act = this.actOf(attempt);
      const tried: Tried | undefined = user && { user, device, agent };
      if (user && tried && hash && isSignIn && (await this.needsSecondStep(trx, user, attempt, act.at))) {
        await giveBackAttempt(trx, tried);
        if (isLimited) await addressLimiter.giveBackIn(trx, address);
        if (better) await replacePasswordHash(trx, id, hash, better);
        return { user, isPending: true };
      }
      if (user && tried && hash) {
        const failures = await clearCounter(trx, tried);
        if (isLimited) await addressLimiter.giveBackIn(trx, address);
        if (better) await replacePasswordHash(trx, id, hash, better);
        if (isSignIn) {
          await recordSignIn(trx, id, { at: act.at, address, agent, device });
          await tellOfSignIn(trx, act, { ...tried, user }, failures);
        }
        return { user, isPending: false };
      }
      if (tried && outcome !== 'while locked') lockedUntil = await lockAtLimit(trx, act, tried, attemptLimit);
      else await lookAtNothing(trx, device);
      const failed = { at: act.at, address, agent, device, outcome, lockedUntil: lockedUntil ?? null };
      await recordLoginAttempt(trx, user?.id ?? null, failed);
      return undefined;
    });
  }

  private async needsSecondStep(trx: Transaction, user: User, attempt: Attempt, now: Instant): Promise<boolean> {
    return (await findConfirmedFactor(trx, user.id)) !== undefined && !(await isRemembered(trx, user, attempt, now));
  }

  /** By the clock of this moment: a lock is not shorter for the time that its attempt stood in line. */
  private actOf({ act }: Attempt): Act {
    return { ...act, at: instant(this.context.clock()), by: { id: null, name: 'sign-in', rights: NO_RIGHTS } };
  }
}

/** Nothing is lost by it: no password is that long, and the hash is computed all the same. */
function bounded(password: string): string {
  return password.length > LONGEST_PASSWORD * 4 ? '' : password;
}
