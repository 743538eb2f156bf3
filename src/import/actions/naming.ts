import { minuteOf } from '../../clock.ts';
import type { Contact } from '../../contacts/contact.ts';
import { findPersonsByEmail } from '../../contacts/contact-search.ts';
import { findContactsOfAnyOwner } from '../../contacts/contact-store.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { findGroups } from '../../groups/group-store.ts';
import { identityKey } from '../../text/identity-key.ts';
import type { User } from '../../users/user.ts';
import { findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import { findUserNames, findUsers } from '../../users/user-store.ts';
import type { Judge } from '../../verbs/action.ts';
import type { ImportedRow } from '../imported-row.ts';

/** What lines name beside users, and the users whom they mean, looked up at once. */
export interface NamedByLines {
  groups: Map<string, number[]>;
  /** Persons that the viewer may see, by email. */
  contacts: Map<string, number>;
  owners: Map<string, number>;
  users: Map<number, User>;
  /** To whom these are linked. */
  linked: Map<number, Contact>;
  /** The names of those who answer for them. */
  ownerNames: Map<number, string>;
}

export async function namedIn(db: Reader, by: Judge, rows: ImportedRow[], ids: number[]): Promise<NamedByLines> {
  const groups = (await findGroups(db)).filter(({ activity }) => activity !== 'deleted');
  const texts = (key: 'contact_email' | 'api_only_owner') =>
    rows.flatMap(({ values }) => (values[key] ? [String(values[key])] : []));
  const emails = texts('contact_email');
  const viewer = emails.length > 0 ? await findContactViewer(db, by.by, minuteOf(by.at)) : undefined;
  const persons = viewer ? await findPersonsByEmail(db, viewer, emails) : new Map<string, Contact>();
  const users = await findUsers(db, ids);
  const contactIds = viewer ? users.flatMap(({ contactId }) => contactId ?? []) : [];
  return {
    groups: new Map(
      [...Map.groupBy(groups, ({ name }) => identityKey(name))].map(([key, those]) => [key, those.map(({ id }) => id)]),
    ),
    contacts: new Map([...persons].map(([key, contact]) => [key, contact.id])),
    owners: await findUserIdsByIdentifier(db, texts('api_only_owner')),
    users: new Map(users.map((user) => [user.id, user])),
    linked: await findContactsOfAnyOwner(db, contactIds),
    ownerNames: await findUserNames(
      db,
      users.map(({ apiOnlyOwnerId }) => apiOnlyOwnerId),
    ),
  };
}
