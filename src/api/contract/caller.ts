import type { Request } from 'express';
import { mayActByToken } from '../../access/admission.ts';
import { covers, type Rights } from '../../access/rights.ts';
import { hashOfSecret } from '../../access/secret-hash.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { DAY, instant, MINUTE, minuteOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { findSignedIn } from '../../sessions/signed-in.ts';
import { isAllowedFrom } from '../../text/networks.ts';
import { isLive, rightsWithin, type Scope, type Token } from '../../tokens/token.ts';
import { isSecret, SECRET_IN_TEXT } from '../../tokens/token-secret.ts';
import { endToken, findToken, findTokenByHash, noteUse } from '../../tokens/token-store.ts';
import { noteActivity } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { Forbidden, Malformed, NotSignedIn } from '../../verbs/refusals.ts';
import { HttpError } from '../../web/http-error.ts';

/** A program that came in by a token. */
export interface Caller {
  token: Token;
  /** With as much of the rights of its user as the token opens. */
  viewer: Viewer & { id: number };
  /** All that the user may do now. */
  rights: Rights;
  /** What its scopes open at the address that it called. */
  opening: Opening;
}

/** Which scopes those of a token amount to somewhere. */
type Opening = (scopes: readonly Scope[]) => readonly Scope[];
const AS_THEY_ARE: Opening = (scopes) => scopes;

/** At most one write a minute and token. */
const USE_EVERY = MINUTE;

/** Who calls. Throws where nobody does who is let in. */
export async function callerOf(app: AppContext, req: Request, opening = AS_THEY_ARE): Promise<Caller> {
  // Addresses are kept in logs and histories of every program on the way (R56).
  if (SECRET_IN_TEXT.test(decodedAddress(req)))
    throw new Malformed('A token stands in the address. Send it in the header Authorization, and revoke this one.');
  const secret = /^Bearer +(\S+) *$/i.exec(req.get('authorization') ?? '')?.[1];
  if (secret === undefined) throw unknown('Send a token: Authorization: Bearer roster_…');
  const token = isSecret(secret) ? await findTokenByHash(app.db.read, hashOfSecret(secret)) : undefined;
  const caller = token && (await standingOf(app.db.read, token, opening, app.clock()));
  if (token && !caller) await endForGood(app, token);
  if (!caller) throw unknown('This token opens nothing: it is mistyped, has ended, or its user has.');
  if (!isAllowedFrom(caller.token.addresses, req.ip ?? ''))
    throw new Forbidden('This token may not be used from this address.');
  await note(app, caller, req.ip ?? '');
  return caller;
}

/** The caller as they stand by now; undefined where they are not let in any more. */
export async function callerNow(app: AppContext, { token, opening }: Caller): Promise<Caller | undefined> {
  const found = await findToken(app.db.read, token.userId, token.id);
  return found && standingOf(app.db.read, found, opening, app.clock());
}

/** What the caller does, judged anew in the transaction of each change (R89). */
export function actOfCaller(app: AppContext, req: Request, { token, viewer, opening }: Caller): Act {
  return {
    ...app.actSettings,
    by: viewer,
    at: instant(app.clock()),
    address: req.ip ?? '',
    requestId: String(req.id),
    tokenId: token.id,
    // A link is a way in, and no program is shown one.
    channel: 'mail',
    confirm: async (trx) => {
      const found = await findToken(trx, token.userId, token.id);
      const now = found && (await standingOf(trx, found, opening, app.clock()));
      if (!now) throw new NotSignedIn();
      if (!covers(now.viewer.rights, viewer.rights))
        throw new Forbidden('Your rights changed while this was under way. Nothing was done.');
    },
  };
}

async function standingOf(db: Reader, token: Token, opening: Opening, now: number): Promise<Caller | undefined> {
  if (!isLive(token, instant(now))) return undefined;
  const found = await findSignedIn(db, token.userId, minuteOf(now));
  if (!found || !mayActByToken(found.user, minuteOf(now))) return undefined;
  const { id, name, rights } = found;
  return { token, rights, opening, viewer: { id, name, rights: rightsWithin(rights, opening(token.scopes)) } };
}

/** A clock that is set back later revives nothing. */
async function endForGood(app: AppContext, { id, endedAt, expiresAt }: Token): Promise<void> {
  const now = instant(app.clock());
  if (endedAt === null && expiresAt <= now) await app.db.note((trx) => endToken(trx, id, now));
}

async function note(app: AppContext, { token, viewer }: Caller, from: string): Promise<void> {
  const now = app.clock();
  const last = token.lastUsedAt === null ? 0 : Date.parse(token.lastUsedAt);
  // A clock that was set back far must not stop the record.
  if (now - last < USE_EVERY && last - now < DAY && token.lastUsedFrom === from) return;
  await app.db.note(async (trx) => {
    await noteUse(trx, token.id, instant(now), from);
    await noteActivity(trx, viewer.id, instant(now));
  });
}

function decodedAddress(req: Request): string {
  try {
    return decodeURIComponent(req.originalUrl);
  } catch {
    return req.originalUrl;
  }
}

function unknown(message: string): HttpError {
  return new HttpError(401, message);
}
