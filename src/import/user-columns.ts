import { fold } from '../text/text.ts';

/** What a column of an imported file can mean, by its key in our exports and by what people call it. */
const CALLED = {
  roster_id: ['roster id'],
  name: ['name', 'sign-in name', 'login', 'username', 'user name', 'user', 'anmeldename', 'benutzername', 'benutzer'],
  email: ['email', 'e-mail', 'mail', 'system email', 'email address', 'e-mail-adresse', 'mailadresse'],
  activity: ['activity', 'status', 'aktivitat'],
  contact_email: ['contact_email', 'linked contact email', 'contact email'],
  groups: ['groups', 'group', 'gruppen', 'gruppe', 'department', 'abteilung', 'team'],
  groups_until: ['groups_until', 'groups until'],
  tags: ['tags', 'tag', 'schlagworte', 'labels'],
  expires: ['expires', 'expiry date', 'expiry', 'expires on', 'leaves on', 'ablaufdatum', 'gultig bis', 'austritt'],
  no_shared_data: ['no_shared_data', 'no shared data', 'keine gemeinsamen daten'],
  api_only: ['api_only', 'api-only'],
  api_only_reason: ['api_only_reason', 'api-only reason'],
  api_only_owner: ['api_only_owner', 'api-only owner'],
  api_only_review: ['api_only_review', 'review date'],
  description: ['description', 'note', 'notes', 'beschreibung', 'bemerkung'],
} as const;

export type ColumnKey = keyof typeof CALLED;

/** Those with several values in a cell. */
export const LIST_COLUMNS: ReadonlySet<ColumnKey> = new Set(['groups', 'groups_until', 'tags']);

const KEYS = new Map(
  Object.entries(CALLED).flatMap(([key, names]) => names.map((name): [string, ColumnKey] => [name, key as ColumnKey])),
);

/** The column of that head; undefined for one that means nothing here. */
export function columnCalled(head: string): ColumnKey | undefined {
  return KEYS.get(fold(head));
}
