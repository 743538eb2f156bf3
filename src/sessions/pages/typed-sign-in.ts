import type { Request } from 'express';
import { typedFields } from '../../forms/form.ts';
import { LATE } from '../../web/http-error.ts';
import { readKept } from '../../web/kept-form.ts';
import { safePath } from '../../web/safe-path.ts';

/** The same words for every kind of refusal (R24). */
export const REFUSED =
  'That did not work. Check the name and the password; after several failed attempts an account is locked for a while.';

const NO_COOKIE =
  'Your browser sent no cookie back, and without one nobody can be signed in. Allow cookies for this address, then try again.';

/** By password, or by passkey. */
const FIELDS = ['identifier', 'password', 'credential', 'next', 'kept'];

/** What was typed, and what of it is shown again. */
export function typedSignIn(req: Request) {
  const typed = typedFields(req.body, FIELDS);
  const { identifier, next, password, credential } = typed;
  const shown = { identifier: identifier.slice(0, 254), next: safePath(next) ?? '' };
  return { identifier, password, credential, next, shown, kept: readKept(typed.kept) };
}

/** Whoever keeps no cookies would be told for ever that their page is too old. */
export function lateWords(req: Request): string {
  if (req.headers.cookie !== undefined) return LATE;
  req.told = { outcome: 'no cookie came back', userId: null };
  return NO_COOKIE;
}
