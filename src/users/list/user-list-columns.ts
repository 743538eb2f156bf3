import { chosenAmong } from '../../lists/chosen-columns.ts';

/** What can be shown of users beside their name, in the words of the address. */
export const COLUMNS = [
  'email',
  'contact',
  'last_login',
  'groups',
  'no_shared_data',
  'last_activity',
  'starts',
  'leaves',
  'created',
  'confirmed',
  'attempts',
  'second_factor',
  'last_from',
  'tags',
  'description',
  'api_only_owner',
  'api_only_reason',
  'tokens',
  'api_only_review',
] as const;
export type ColumnKey = (typeof COLUMNS)[number];

/** For who has chosen none. */
export const USUAL_COLUMNS: readonly ColumnKey[] = ['email', 'contact', 'last_login', 'groups', 'no_shared_data'];

const OF_PROGRAMS: readonly ColumnKey[] = ['api_only_owner', 'api_only_reason', 'tokens', 'api_only_review'];

/** The list of identities for programs, with what is kept of those alone. */
export const PROGRAMS_PATH = `/users?state=api-only&${['name', ...OF_PROGRAMS].map((one) => `column=${one}`).join('&')}`;

/** What somebody has chosen for this list; undefined where they have not. */
export function keptColumns(lists: Record<string, unknown>): ColumnKey[] | undefined {
  const { users } = lists;
  if (!Array.isArray(users)) return undefined;
  // What it was called before.
  return chosenAmong(
    COLUMNS,
    users.map((one) => (one === 'expires' ? 'leaves' : one)),
  );
}

export function isUsual(columns: readonly ColumnKey[]): boolean {
  return columns.join() === USUAL_COLUMNS.join();
}
