import { chosenAmong } from '../../lists/chosen-columns.ts';

/** What can be shown of users beside their name, in the words of the address. */
export const COLUMNS = [
  'email',
  'contact',
  'last_login',
  'groups',
  'no_shared_data',
  'last_activity',
  'expires',
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
  return Array.isArray(lists.users) ? chosenAmong(COLUMNS, lists.users) : undefined;
}

export function isUsual(columns: readonly ColumnKey[]): boolean {
  return columns.join() === USUAL_COLUMNS.join();
}
