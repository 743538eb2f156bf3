import {
  anyOf,
  type ColumnOf,
  type ExportKind,
  isIdIn,
  type Known,
  linesOf,
  READ_AT_ONCE,
  unknownIn,
} from '../export/exportable.ts';
import { sourceIn } from '../lists/list-query.ts';
import { findTagNames } from '../tags/tag-store.ts';
import { ACCOUNT_TYPES, type Contact, type ContactViewer, isPublic } from './contact.ts';
import { type ContactSources, freezeContacts } from './contact-list.ts';
import {
  ACTIVITIES,
  contactsPath,
  KINDS,
  readContactQuery,
  SORTS,
  type SortKey,
  sortsFor,
} from './contact-list-query.ts';
import { findContacts } from './contact-store.ts';

interface ExportedContact {
  contact: Contact;
  tags: string[];
}

const COLUMNS: ColumnOf<ExportedContact>[] = [
  { key: 'kind', label: 'Kind', isListed: true, of: ({ contact }) => contact.kind },
  { key: 'name', label: 'Name', isListed: true, of: ({ contact }) => contact.name },
  { key: 'emails', label: 'Emails', isListed: true, of: ({ contact }) => contact.emails },
  { key: 'phones', label: 'Phones', of: ({ contact }) => contact.phones },
  { key: 'address', label: 'Address', of: ({ contact }) => contact.address },
  { key: 'position', label: 'Position', of: ({ contact }) => contact.position },
  { key: 'company', label: 'Company', of: ({ contact }) => contact.companyName },
  { key: 'accounts', label: 'Accounts', isListed: true, of: ({ contact }) => contact.accounts },
  { key: 'owner_kind', label: 'Owned by', isListed: true, of: ({ contact }) => ownerKindOf(contact) },
  { key: 'owner', label: 'Owner', isListed: true, of: ({ contact }) => contact.ownerName },
  { key: 'user', label: 'Linked user', isListed: true, needs: 'users', of: ({ contact }) => contact.userName },
  { key: 'tags', label: 'Tags', of: ({ tags }) => tags },
  { key: 'description', label: 'Description', of: ({ contact }) => contact.description },
  { key: 'activity', label: 'Activity', of: ({ contact }) => contact.activity },
  { key: 'added', label: 'Added (UTC)', isListed: true, of: ({ contact }) => contact.createdAt },
];

function ownerKindOf(contact: Contact): string {
  if (isPublic(contact)) return 'everybody';
  return contact.ownerUserId === null ? 'group' : 'user';
}

const KNOWN: Record<string, Known> = {
  activity: ACTIVITIES,
  kind: KINDS,
  account: ACCOUNT_TYPES,
  owner: async (db, value) => value === 'public' || value === 'private' || isIdIn(db, 'groups', value),
  tag: anyOf('tags'),
  company: anyOf('contacts'),
};

const queryOf = (view: string, sorts: readonly SortKey[] = SORTS) => readContactQuery(sourceIn(view), sorts);

export const CONTACT_EXPORT: ExportKind<ContactSources, ContactViewer> = {
  name: 'contacts',
  noun: 'contact',
  application: 'contacts',
  columns: COLUMNS,
  viewPath: (view) => contactsPath(queryOf(view), { perGiven: false }),
  problemsIn: (db, view, viewer) =>
    unknownIn(db, sourceIn(view), { query: queryOf(view, sortsFor(viewer)), known: KNOWN }),
  freeze: (sources, viewer, view) => freezeContacts(sources, viewer, queryOf(view, sortsFor(viewer)), READ_AT_ONCE),
  async *read({ db: { read: db } }, viewer, ids, chosen) {
    const contacts = await findContacts(db, viewer, ids);
    const tags = await findTagNames(db, 'contact', ids);
    const exported = contacts.map((contact) => ({ contact, tags: tags.get(contact.id) ?? [] }));
    yield linesOf(COLUMNS, chosen, exported, ({ contact }) => contact.id);
  },
};
