import { APPLICATIONS, coversBuiltIn, type Level, type Rights } from '../access/rights.ts';
import { mayAdminister, maySeeLinkOf, type Viewer } from '../access/viewer.ts';
import type { Instant } from '../clock.ts';
import type { Subject } from '../users/user.ts';
import { forbidden, inapplicable, NOT_YOURS, type Refusal } from '../verbs/outcome.ts';

/**
 * What a program may be let do; never more than the user may whose token it is. Nobody is administered who may do more than the token
 * opens, so there are scopes for rights that nothing here needs by itself.
 */
export const SCOPES = [
  'users:read',
  'users:write',
  'groups:read',
  'groups:write',
  'contacts:read',
  'contacts:write',
  'audit:read',
  'audit:write',
  'settings:read',
  'settings:write',
  'check',
  'events:read',
  'metrics:read',
  'confirm',
  'scim',
] as const;
export type Scope = (typeof SCOPES)[number];

export const SCOPE_LABELS: Record<Scope, string> = {
  'users:read': 'Read users',
  'users:write': 'Read and change users',
  'groups:read': 'Read groups',
  'groups:write': 'Read and change groups',
  'contacts:read': 'Read contacts',
  'contacts:write': 'Read and change contacts',
  'audit:read': 'Read the audit',
  'audit:write': 'Administer who may change the audit',
  'settings:read': 'Administer who may read settings',
  'settings:write': 'Administer who may change settings',
  check: 'Ask whether somebody has a right',
  'events:read': 'Follow what happens: events as they come',
  'metrics:read': 'Read the figures of /metrics',
  confirm: 'Do what a page asks people to confirm first',
  scim: 'Provision users and groups (SCIM)',
};

/** What the user has to be able to do where a scope of its own opens something. */
const DEMANDED: Partial<Record<Scope, Rights>> = {
  check: { users: 'read' },
  'events:read': { audit: 'read' },
  'metrics:read': { settings: 'read' },
  confirm: {},
  scim: { users: 'write', groups: 'write' },
};

function demandedBy(scope: Scope): Rights {
  const [application, level] = scope.split(':') as [string, Level];
  return DEMANDED[scope] ?? { [application]: level };
}

/** By what a program comes in. Its secret is shown once, and stands nowhere. */
export interface Token {
  id: number;
  userId: number;
  name: string;
  /** Of the secret, so that it can be told from others. */
  beginning: string;
  scopes: Scope[];
  /** Addresses and networks from which it may be used; empty for any. */
  addresses: string[];
  createdAt: Instant;
  createdBy: number | null;
  expiresAt: Instant;
  endedAt: Instant | null;
  lastUsedAt: Instant | null;
  lastUsedFrom: string | null;
}

export function isLive({ endedAt, expiresAt }: Pick<Token, 'endedAt' | 'expiresAt'>, now: Instant): boolean {
  return endedAt === null && expiresAt > now;
}

/** What of the rights of the user such a token opens. Rights on registered applications are for who asks about them, not for here. */
export function rightsWithin(rights: Rights, scopes: readonly Scope[]): Rights {
  const levels: Record<string, Level> = {};
  for (const application of APPLICATIONS) {
    const own = rights[application];
    const has = (level: Level) => scopes.includes(`${application}:${level}` as Scope);
    if (own === 'write' && has('write')) levels[application] = 'write';
    else if (own && (has('read') || has('write'))) levels[application] = 'read';
  }
  return levels;
}

/** Who sees the secret acts as its user: of people it is themself alone, of programs whoever could be shown a link of theirs. */
export function makingRefusal(viewer: Viewer, subject: Subject): Refusal | undefined {
  if (subject.activity !== 'active') return inapplicable(`is ${subject.activity}`);
  if (viewer.id === subject.id) return undefined;
  if (!mayAdminister(viewer, subject)) return forbidden(NOT_YOURS);
  if (!subject.apiOnly) return forbidden('is a person: they make their own tokens, under My credentials');
  return maySeeLinkOf(viewer, subject) ? undefined : forbidden('has rights on an application that you do not hold');
}

/**
 * What the viewer may let a token of the subject do. A program may be let do more one day, and whoever has seen its secret has it still:
 * it must not open what they could not have given (R85).
 */
export function givableScopes(viewer: Viewer, subject: Pick<Subject, 'id'>): Scope[] {
  return viewer.id === subject.id ? [...SCOPES] : SCOPES.filter((one) => coversBuiltIn(viewer.rights, demandedBy(one)));
}

/** Why the viewer does not get to see the secret of such a token. */
export function beyondGiving(
  viewer: Viewer,
  subject: Pick<Subject, 'id'>,
  { scopes }: Pick<Token, 'scopes'>,
): string | undefined {
  const givable = givableScopes(viewer, subject);
  const beyond = scopes.find((scope) => !givable.includes(scope));
  return beyond && `You may not do that yourself, so you do not get to see such a secret: ${SCOPE_LABELS[beyond]}.`;
}

export function endingRefusal(viewer: Viewer, subject: Subject): Refusal | undefined {
  return viewer.id === subject.id || mayAdminister(viewer, subject) ? undefined : forbidden(NOT_YOURS);
}
