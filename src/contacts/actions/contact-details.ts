import {
  contactReference,
  type Fields,
  groupReference,
  type Reference,
  userReference,
} from '../../audit/audit-event.ts';
import { sortedByName } from '../../text/sort-key.ts';
import { ACCOUNT_TYPES, type Contact, type Ownership } from '../contact.ts';
import { contactColumns } from '../contact-columns.ts';
import { ownerColumns } from '../contact-store.ts';

/** All of a contact that a form shows or a change changes. */
export interface ContactDetails
  extends Pick<Contact, 'name' | 'emails' | 'phones' | 'address' | 'position' | 'description'> {
  accounts: readonly string[];
  company: { id: number; name: string } | undefined;
  owner: Ownership;
  ownerName: string | null;
  tags: string[];
}

export function detailsOf(contact: Contact, tags: string[]): ContactDetails {
  const { ownerUserId, ownerGroupId, companyId, companyName } = contact;
  return {
    ...contact,
    company: companyId === null ? undefined : { id: companyId, name: companyName ?? '' },
    owner: { ownerUserId, ownerGroupId },
    tags,
  };
}

export function columnsOf(details: ContactDetails) {
  return {
    ...contactColumns(details),
    address: details.address,
    position: details.position,
    description: details.description,
    ...ownerColumns(details.owner),
    company_id: details.company?.id ?? null,
  };
}

/** What the audit says of a contact, in the order of the form. */
export function auditFields(details: ContactDetails): Fields {
  return {
    name: details.name,
    emails: details.emails,
    phones: details.phones,
    address: details.address,
    company: details.company ? contactReference(details.company) : null,
    position: details.position,
    accounts: ACCOUNT_TYPES.filter((type) => details.accounts.includes(type)),
    owner: ownerTold(details),
    tags: sortedByName(details.tags, (tag) => tag),
    description: details.description,
  };
}

function ownerTold({ owner: { ownerUserId, ownerGroupId }, ownerName }: ContactDetails): Reference | 'public' {
  const name = ownerName ?? '';
  if (ownerUserId !== null) return userReference({ id: ownerUserId, name });
  return ownerGroupId === null ? 'public' : groupReference({ id: ownerGroupId, name });
}
