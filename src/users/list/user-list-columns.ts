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
] as const;
export type ColumnKey = (typeof COLUMNS)[number];

/** For who has chosen none. */
export const USUAL_COLUMNS: readonly ColumnKey[] = ['email', 'contact', 'last_login', 'groups', 'no_shared_data'];

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
