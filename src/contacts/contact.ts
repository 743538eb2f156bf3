import { may, type Viewer } from '../access/viewer.ts';
import type { Instant } from '../clock.ts';
import { Conflict, Forbidden, NotFound } from '../verbs/refusals.ts';

export const ACCOUNT_TYPES = ['customer', 'supplier', 'prospect', 'competitor', 'employee'] as const;
export type AccountType = (typeof ACCOUNT_TYPES)[number];

export type ContactKind = 'person' | 'company';

/** Whose a contact is: one user's, a group's, or with neither everybody's. */
export interface Ownership {
  ownerUserId: number | null;
  ownerGroupId: number | null;
}

export const PUBLIC: Ownership = { ownerUserId: null, ownerGroupId: null };

/** A real person or company in the address book. */
export interface Contact extends Ownership {
  id: number;
  kind: ContactKind;
  name: string;
  activity: 'active' | 'deleted';
  /** Nothing else can be deleted. */
  deletedFrom: null;
  /** The first of the emails. */
  email: string | null;
  emails: string[];
  phones: string[];
  address: string;
  position: string;
  description: string;
  /** Of a person; a company that is deleted counts as none. */
  companyId: number | null;
  /** Null where whoever asked may not see the company. */
  companyName: string | null;
  /** The business relationships of the contact itself. */
  accounts: AccountType[];
  /** Those of the person's company, whoever may see that. */
  companyAccounts: AccountType[];
  ownerName: string | null;
  /** Who signs in as this person; deleted users do not count. */
  userId: number | null;
  userName: string | null;
  /** What was changed since and could be taken over by the linked user. */
  offer: { userId?: number; name?: string; email?: string };
  version: number;
  createdAt: Instant;
  createdBy: number | null;
}

/** A viewer with what decides, beside their rights, which contacts they see. */
export interface ContactViewer extends Viewer {
  noSharedData: boolean;
  /** The active groups that they are in now. */
  groupIds: ReadonlySet<number>;
  /** Whose private contacts they see beside their own; nobody's, but at the machine itself. */
  ownerIds?: ReadonlySet<number>;
}

/**
 * The right to read contacts opens the address book; whose a contact is decides what one sees in it. Nobody is above
 * that: a private contact is its owner's alone. `whereVisible` says the same in SQL.
 */
export function maySee(viewer: ContactViewer, contact: Ownership): boolean {
  if (!may(viewer, 'contacts', 'read')) return false;
  return isOwn(viewer, contact) || (isPublic(contact) && seesPublic(viewer));
}

/** Whether the viewer sees public contacts at all. */
export function seesPublic(viewer: ContactViewer): boolean {
  return may(viewer, 'contacts', 'read') && !viewer.noSharedData;
}

/** One's own and one's groups' contacts; public ones with write. */
export function mayEdit(viewer: ContactViewer, contact: Ownership): boolean {
  return maySee(viewer, contact) && (isOwn(viewer, contact) || may(viewer, 'contacts', 'write'));
}

/** To whom the viewer may give a contact: to themself and their groups; with write to everybody. */
export function mayGive(viewer: ContactViewer, owner: Ownership): boolean {
  return may(viewer, 'contacts', 'write') || (may(viewer, 'contacts', 'read') && isOwn(viewer, owner));
}

/** Whose a new contact is, unless said otherwise: nobody makes what they could not see. */
export function firstOwner(viewer: ContactViewer): Ownership {
  return viewer.noSharedData ? { ...PUBLIC, ownerUserId: viewer.id } : PUBLIC;
}

export function isPublic({ ownerUserId, ownerGroupId }: Ownership): boolean {
  return ownerUserId === null && ownerGroupId === null;
}

/** Login identities are kept apart from customers and suppliers: linking to one is warned about. */
export function warnedAccounts(contact: Pick<Contact, 'accounts' | 'companyAccounts'>): AccountType[] {
  const all = [...contact.accounts, ...contact.companyAccounts];
  return WARNED.filter((type) => all.includes(type));
}

export const WARNED: readonly AccountType[] = ['customer', 'supplier'];

function isOwn(viewer: ContactViewer, { ownerUserId, ownerGroupId }: Ownership): boolean {
  if (ownerUserId !== null) return ownerUserId === viewer.id || Boolean(viewer.ownerIds?.has(ownerUserId));
  return ownerGroupId !== null && viewer.groupIds.has(ownerGroupId);
}

/** What the company of a person is to us, for who may see that company. */
export function accountsThroughCompany(contact: Pick<Contact, 'companyName' | 'companyAccounts'>): AccountType[] {
  return contact.companyName === null ? [] : contact.companyAccounts;
}

export const NOT_YOURS_TO_GIVE = 'You may keep it for yourself or give it to a group of yours, no more.';

/** Throws NotFound for what the viewer may not see, Forbidden for what they may not change, Conflict for what is deleted. */
export function requireEditable(viewer: ContactViewer, contact: Contact | undefined): asserts contact is Contact {
  if (!contact) throw new NotFound('There is no such contact.');
  if (!mayEdit(viewer, contact)) throw new Forbidden('You may look at public contacts but not change them.');
  if (contact.activity === 'deleted') throw new Conflict(`${contact.name} is deleted.`);
}

/** Why nothing would come of it; undefined where something would. */
export function settled(contact: Contact, activity: Contact['activity']): string | undefined {
  if (contact.activity !== activity) return undefined;
  return `${contact.name} is ${activity === 'deleted' ? 'deleted' : 'not deleted'} already.`;
}
