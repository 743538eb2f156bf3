import { type Application, grants, type Level } from '../../access/rights.ts';
import type { Scope } from '../../tokens/token.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import type { Caller } from './caller.ts';
import type { Route } from './route.ts';

/** Throws Forbidden where token or user may not what a route needs. */
export function requireNeeds(caller: Caller, { needs }: Route): void {
  if (!('said' in needs)) requireOpen(caller, needs.right, needs.scope);
}

/** The same of one right, and of the scope that opens it. */
export function requireOpen(caller: Caller, right: [Application, Level], own?: Scope): void {
  if (isOpen(caller, right, own)) return;
  const [application, level] = right;
  const scope = own ?? `${application}:${level}`;
  throw new Forbidden(`This needs the scope ${scope}, and a user who may ${level} ${application} now.`);
}

/** Whether token and user open it now. */
export function isOpen(
  { token, viewer, rights }: Caller,
  [application, level]: [Application, Level],
  own?: Scope,
): boolean {
  // A scope to write opens reading as well.
  return own
    ? token.scopes.includes(own) && grants(rights, application, level)
    : grants(viewer.rights, application, level);
}
