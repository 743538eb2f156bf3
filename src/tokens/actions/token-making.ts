import { hasLeft } from '../../access/admission.ts';
import { hashOfSecret } from '../../access/secret-hash.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { DAY, dayOf, type Instant, instant, minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import type { Subject } from '../../users/user.ts';
import type { Act } from '../../verbs/act.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { beyondGiving, isLive, makingRefusal, type Token } from '../token.ts';
import type { TokenValues } from '../token-form.ts';
import { beginningOf, newSecret } from '../token-secret.ts';
import { countLiveTokens, insertToken, shortenToken } from '../token-store.ts';

/** More are a mistake of whatever makes them. */
const MOST_TOKENS = 50;

/** A new token: its secret is known to nobody but who gets it from here. */
export interface MadeToken {
  id: number;
  secret: string;
  expiresAt: Instant;
}

/** Makes a token of a user. Throws Forbidden, Conflict or FieldErrors. */
export async function makeToken(
  trx: Transaction,
  act: Act,
  subject: Subject,
  { days, ...values }: TokenValues,
): Promise<MadeToken> {
  await act.confirm?.(trx);
  requireMaking(act, subject);
  const beyond = beyondGiving(act.by, subject, values);
  if (beyond) throw new FieldErrors({ scopes: beyond });
  if ((await countLiveTokens(trx, [subject.id], act.at)) >= MOST_TOKENS)
    throw new FieldErrors({ name: `${subject.name} has ${MOST_TOKENS} tokens already: revoke some first.` });
  const made = await insert(trx, act, subject, values, instant(Date.parse(act.at) + days * DAY));
  await tell(trx, act, subject, 'token.made', {
    token: values.name,
    scopes: values.scopes,
    until: dayOf(made.expiresAt),
    ...(values.addresses.length > 0 && { addresses: values.addresses }),
  });
  return made;
}

/** In milliseconds: how long the old one lives on, and how long any may be good for by now. */
export interface Rotation {
  livesOn: number;
  longest: number;
}

/** Another secret for the same, as long as the first was good for; the old one lives on for a while. */
export async function rotateToken(
  trx: Transaction,
  act: Act,
  subject: Subject,
  token: Token,
  { livesOn, longest }: Rotation,
): Promise<MadeToken> {
  await act.confirm?.(trx);
  requireMaking(act, subject);
  const beyond = beyondGiving(act.by, subject, token);
  if (beyond) throw new Forbidden(beyond);
  if (!isLive(token, act.at)) throw new Conflict(`The token ${token.name} has ended.`);
  const now = Date.parse(act.at);
  const lifetime = Date.parse(token.expiresAt) - Date.parse(token.createdAt);
  const made = await insert(trx, act, subject, token, instant(now + Math.min(lifetime, longest)));
  await shortenToken(trx, token.id, instant(now + livesOn));
  await tell(trx, act, subject, 'token.rotated', { token: token.name, until: dayOf(made.expiresAt) });
  return made;
}

function requireMaking({ by, at }: Act, subject: Subject): void {
  const refusal = makingRefusal(by, subject);
  if (refusal?.kind === 'forbidden') throw new Forbidden(`${subject.name} ${refusal.reason}.`);
  if (refusal) throw new Conflict(`${subject.name} ${refusal.reason}.`);
  if (hasLeft(subject, minuteOf(at))) throw new Conflict(`${subject.name} has left.`);
}

async function insert(
  trx: Transaction,
  act: Act,
  { id: userId }: Subject,
  { name, scopes, addresses }: Pick<Token, 'name' | 'scopes' | 'addresses'>,
  expiresAt: Instant,
): Promise<MadeToken> {
  const secret = newSecret();
  const id = await insertToken(trx, {
    userId,
    name,
    scopes,
    addresses,
    beginning: beginningOf(secret),
    hash: hashOfSecret(secret),
    createdAt: act.at,
    createdBy: act.by.id,
    expiresAt,
  });
  return { id, secret, expiresAt };
}

async function tell(trx: Transaction, act: Act, { id, name }: Subject, action: string, after: object): Promise<void> {
  const event = { action, subjectType: 'user' as const, subjectId: id, subjectName: name };
  await recordChanges(trx, act, [{ ...event, after: { ...after } }]);
}
