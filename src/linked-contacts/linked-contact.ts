import { contactReference, type Reference } from '../audit/audit-event.ts';
import { type Contact, isPublic, warnedAccounts } from '../contacts/contact.ts';
import { type Errors, FieldErrors } from '../forms/form.ts';
import type { LinkedName } from '../users/user-columns.ts';

interface Link {
  contact: Contact;
  /** The user who is to sign in as this person; null for one who is only now made. */
  userId: number | null;
  /** Whether the warning was read and accepted. */
  isAccepted: boolean;
  /** The field of the form in which the link was chosen. */
  field: 'contactId' | 'user';
}

/** One person, one user; and a login identity of a customer or supplier only on purpose. Throws FieldErrors. */
export function requireLinkable({ contact, userId, isAccepted, field }: Link): void {
  const errors: Errors = {};
  if (contact.kind !== 'person') errors[field] = 'Only a person can be linked to a user.';
  else if (contact.activity === 'deleted') errors[field] = `${contact.name} is deleted.`;
  else if (contact.userId !== null && contact.userId !== userId)
    errors[field] = `${contact.name} is linked to the user ${contact.userName} already.`;
  else if (warnedAccounts(contact).length > 0 && !isAccepted)
    errors.acceptAccounts = `${contact.name} is a ${warnedAccounts(contact).join(' and a ')}. Login identities are kept apart from customers and suppliers: link only if you mean it.`;
  if (Object.keys(errors).length > 0) throw new FieldErrors(errors);
}

/** What the user's row keeps of the contact; nothing of a deleted one. */
export function linkedName(contact: Contact | undefined): LinkedName | null {
  return contact?.activity === 'active' ? { name: contact.name, isPublic: isPublic(contact) } : null;
}

/** What the audit says of a link. */
export function linkReference(contact: Contact | undefined): Reference | null {
  if (!contact) return null;
  const accounts = warnedAccounts(contact);
  return { ...contactReference(contact), ...(accounts.length > 0 && { accounts }) };
}
