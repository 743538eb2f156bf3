import type { Reader } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { findGroups } from '../../groups/group-store.ts';
import { spelledChange } from '../../tags/spelled-change.ts';
import { findUserNames } from '../../users/user-store.ts';
import { changedSet, type SetChange } from '../../verbs/set-change.ts';
import {
  ACCOUNT_TYPES,
  type AccountType,
  type Contact,
  type ContactKind,
  type ContactViewer,
  type Ownership,
} from '../contact.ts';
import { findContact } from '../contact-store.ts';
import type { ContactDetails } from './contact-details.ts';

/** What is to be different about contacts. What is left out stays as it is. */
export interface ContactChange {
  name?: string;
  emails?: string[];
  phones?: string[];
  address?: string;
  position?: string;
  description?: string;
  companyId?: number | null;
  accounts?: SetChange<AccountType>;
  owner?: Ownership;
  tags?: SetChange<string>;
}

/** A change with the records that it names. */
export interface Choices {
  change: ContactChange;
  company: Contact | undefined;
  ownerName: string | null;
  tags: SetChange<string> | undefined;
}

/** Looks up what the change names. Throws FieldErrors for what is not there. */
export async function chosenBy(db: Reader, viewer: ContactViewer, change: ContactChange): Promise<Choices> {
  return {
    change,
    company: change.companyId ? await findContact(db, viewer, change.companyId) : undefined,
    ownerName: change.owner ? await nameOf(db, change.owner) : null,
    tags: await spelledChange(db, change.tags),
  };
}

/** What becomes of one. Throws FieldErrors where its company is none. */
export function detailsAfter(
  subject: { id: number | null; kind: ContactKind },
  before: ContactDetails,
  { change, company, ownerName, tags }: Choices,
): ContactDetails {
  const { companyId, owner, tags: _, accounts, position = before.position, ...texts } = change;
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
  const isCompany = subject.kind === 'company';
  return {
    ...before,
    ...given,
    accounts: accountsAfter(before, accounts),
    // A company has neither a position nor a company.
    position: isCompany ? '' : position,
    company: isCompany ? undefined : companyAfter(subject, before, companyId, company),
    ...(owner && { owner, ownerName }),
    tags: changedSet(before.tags, tags),
  };
}

/** In the order in which they are shown. */
function accountsAfter(before: ContactDetails, change: ContactChange['accounts']): AccountType[] {
  const after = changedSet<string>(before.accounts, change);
  return ACCOUNT_TYPES.filter((type) => after.includes(type));
}

function companyAfter(
  subject: { id: number | null },
  before: ContactDetails,
  companyId: number | null | undefined,
  company: Contact | undefined,
): ContactDetails['company'] {
  if (companyId === undefined || companyId === (before.company?.id ?? null)) return before.company;
  if (companyId === null) return undefined;
  if (company?.kind !== 'company' || company.activity === 'deleted' || company.id === subject.id)
    throw new FieldErrors({ companyId: 'Choose a company from the list.' });
  return company;
}

async function nameOf(db: Reader, { ownerUserId, ownerGroupId }: Ownership): Promise<string | null> {
  if (ownerUserId !== null) {
    const name = (await findUserNames(db, [ownerUserId])).get(ownerUserId);
    if (name === undefined) throw new FieldErrors({ ownerUser: 'There is no user with this name or email.' });
    return name;
  }
  if (ownerGroupId === null) return null;
  const [group] = await findGroups(db, [ownerGroupId]);
  if (!group) throw new FieldErrors({ ownerGroup: 'There is no group of this name.' });
  return group.name;
}
