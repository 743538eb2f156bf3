import { fold } from '../text/text.ts';

/** What a column of an imported file can mean, by its key in our exports: what the page calls it, and what else people do. */
const COLUMNS = {
  roster_id: { label: 'Roster id', called: ['roster id'] },
  name: {
    label: 'Name',
    called: [
      'name',
      'sign-in name',
      'login',
      'username',
      'user name',
      'user',
      'anmeldename',
      'benutzername',
      'benutzer',
    ],
  },
  email: {
    label: 'System email',
    called: ['email', 'e-mail', 'mail', 'system email', 'email address', 'e-mail-adresse', 'mailadresse'],
  },
  activity: { label: 'Activity', called: ['activity', 'status', 'aktivitat'] },
  contact_email: { label: 'Linked contact email', called: ['contact_email', 'linked contact email', 'contact email'] },
  groups: {
    label: 'Groups',
    called: ['groups', 'group', 'gruppen', 'gruppe', 'department', 'abteilung', 'team'],
  },
  groups_until: { label: 'Groups until', called: ['groups_until', 'groups until'] },
  tags: { label: 'Tags', called: ['tags', 'tag', 'schlagworte', 'labels'] },
  expires: {
    label: 'Expiry date',
    called: ['expires', 'expiry date', 'expiry', 'expires on', 'leaves on', 'ablaufdatum', 'gultig bis', 'austritt'],
  },
  no_shared_data: {
    label: 'No shared data',
    called: ['no_shared_data', 'no shared data', 'keine gemeinsamen daten'],
  },
  api_only: { label: 'API-only', called: ['api_only', 'api-only'] },
  api_only_reason: { label: 'API-only reason', called: ['api_only_reason', 'api-only reason'] },
  api_only_owner: { label: 'API-only owner', called: ['api_only_owner', 'api-only owner'] },
  api_only_review: { label: 'Review date', called: ['api_only_review', 'review date'] },
  description: {
    label: 'Description',
    called: ['description', 'note', 'notes', 'beschreibung', 'bemerkung'],
  },
} as const;

export type ColumnKey = keyof typeof COLUMNS;

export const COLUMN_LABELS = Object.entries(COLUMNS).map(([key, { label }]) => ({ key: key as ColumnKey, label }));

/** Those with several values in a cell. */
export const LIST_COLUMNS: ReadonlySet<ColumnKey> = new Set(['groups', 'groups_until', 'tags']);

const KEYS = new Map(
  Object.entries(COLUMNS).flatMap(([key, { called }]) =>
    called.map((name): [string, ColumnKey] => [name, key as ColumnKey]),
  ),
);

/** The column of that head; undefined for one that means nothing here. */
export function columnCalled(head: string): ColumnKey | undefined {
  return KEYS.get(fold(head));
}

export function isColumnKey(text: string): text is ColumnKey {
  return Object.hasOwn(COLUMNS, text);
}

/** What each column means, in their order; null for what is not imported. */
export type Meanings = (ColumnKey | null)[];

/** By one of these it is known whom a line means. */
const FOUND_BY: readonly ColumnKey[] = ['email', 'name', 'roster_id'];

/** What keeps the columns from being imported so, in a sentence; undefined where nothing does. */
export function mistakeIn(meanings: Meanings): string | undefined {
  const known = meanings.filter((key) => key !== null);
  const twice = known.find((key, n) => known.indexOf(key) !== n);
  if (twice) return `Two columns mean the same: ${COLUMNS[twice].label}.`;
  if (!known.some((key) => FOUND_BY.includes(key)))
    return 'No column is known by which users are found: at least one is called Name or Email.';
  return undefined;
}
