import { columnNamed, headKey } from '../text/people/people-columns.ts';
import { CONTACT_COLUMNS } from './contact-columns.ts';
import { USER_COLUMNS } from './user-columns.ts';

/** What can be imported, by the name of its list. */
export const IMPORT_KINDS = ['users', 'contacts'] as const;
export type ImportKindName = (typeof IMPORT_KINDS)[number];

export type UserColumn = keyof typeof USER_COLUMNS;
export type ContactColumn = keyof typeof CONTACT_COLUMNS;
export type ColumnKey = UserColumn | ContactColumn;

/** What each column means, in their order; null for what is not imported. */
export type Meanings = (ColumnKey | null)[];

/** What the columns of a kind of file can mean. */
export interface Columns {
  /** What a record is called in the files of ours. */
  noun: string;
  choices: { key: ColumnKey; label: string }[];
  /** The column of that head; undefined for one that means nothing here. */
  called(head: string): ColumnKey | undefined;
  /** The columns of heads that stand beside each other. */
  meaningsOf(heads: string[]): Meanings;
  has(text: string): text is ColumnKey;
  /** Those with several values in a cell. */
  lists: ReadonlySet<ColumnKey>;
  /** What keeps the columns from being imported so, in a sentence; undefined where nothing does. */
  mistakeIn(meanings: Meanings): string | undefined;
}

interface Described {
  noun: string;
  columns: Record<string, { label: string; called: readonly string[] }>;
  lists: readonly ColumnKey[];
  /** By one of these it is known whom a line means. */
  foundBy: readonly ColumnKey[];
  nothingFound: string;
}

function columnsOf({ noun, columns, lists, foundBy, nothingFound }: Described): Columns {
  const all = Object.entries(columns).map(([key, { label, called }]) => ({ key: key as ColumnKey, label, called }));
  const keys = new Map(
    all.flatMap(({ key, called }) => called.map((name): [string, ColumnKey] => [headKey(name), key])),
  );
  const called = (head: string) => keys.get(headKey(head));
  return {
    noun,
    choices: all,
    called,
    meaningsOf(heads) {
      // A family name beside the first name is nothing to sign in with.
      const isFamily = foundBy.includes('email') && heads.some((head) => columnNamed(head) === 'firstName');
      return heads.map((head) => (isFamily && columnNamed(head) === 'name' ? null : (called(head) ?? null)));
    },
    has: (text): text is ColumnKey => Object.hasOwn(columns, text),
    lists: new Set(lists),
    mistakeIn(meanings) {
      const known = meanings.filter((key) => key !== null);
      const twice = known.find((key, n) => known.indexOf(key) !== n);
      if (twice) return `Two columns mean the same: ${columns[twice].label}.`;
      return known.some((key) => foundBy.includes(key)) ? undefined : nothingFound;
    },
  };
}

export const COLUMNS: Record<ImportKindName, Columns> = {
  users: columnsOf({
    noun: 'user',
    columns: USER_COLUMNS,
    lists: ['groups', 'groups_until', 'tags'],
    foundBy: ['email', 'name', 'roster_id'],
    nothingFound: 'No column is known by which users are found: at least one is called Name or Email.',
  }),
  contacts: columnsOf({
    noun: 'contact',
    columns: CONTACT_COLUMNS,
    lists: ['emails', 'phones', 'accounts', 'tags'],
    foundBy: ['emails', 'name', 'roster_id'],
    nothingFound: 'No column is known by which contacts are found: at least one is called Name or Email.',
  }),
};
