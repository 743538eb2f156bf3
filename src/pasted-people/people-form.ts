import { z } from 'zod';
import { id, tags, ticked, userEmail, userName } from '../forms/fields.ts';
import { checkForm, type Errors, type Typed, typedFields } from '../forms/form.ts';
import { endBy, startBy, type Times } from '../forms/moments.ts';
import { picked, type Searches } from '../forms/picker.ts';
import { MOST_PEOPLE, type PeopleList } from '../text/people/people-list.ts';
import { counted } from '../text/text.ts';
import { Malformed } from '../verbs/refusals.ts';

/** One of a list, as it stands in the table that is corrected. */
export interface PersonRow {
  /** The line of the pasted text that it came from. */
  line: string;
  name: string;
  email: string;
  /** Names of groups with commas between them; so the tags. */
  groups: string;
  tags: string;
  startsAt: string;
  leavesAt: string;
  /** Whether something is to be done about it. */
  isKept: boolean;
  /** The id of the contact that is to be linked; empty for none. */
  contact: string;
}

/** Which columns the table has beside name and email: those of which the list says something. */
const FURTHER_COLUMNS = ['groups', 'tags', 'startsAt', 'leavesAt'] as const;
export type FurtherColumn = (typeof FURTHER_COLUMNS)[number];

/** What a field of each row is called in the form: whoever writes one has all of them. */
export const ROW_FIELDS = {
  line: 'line',
  name: 'name',
  email: 'email',
  groups: 'rowGroups',
  tags: 'rowTags',
  startsAt: 'rowStartsAt',
  leavesAt: 'rowLeavesAt',
} as const;

const SINGLE = [
  'text',
  'nameBy',
  'tags',
  'startsAt',
  'leavesAt',
  'untilAt',
  'noSharedData',
  'access',
  'groupsSearch',
  'step',
  'told',
];
const SEVERAL = ['groups', ...Object.values(ROW_FIELDS), 'keep', 'link'];

const PEOPLE_SEARCHES: Searches = { groups: 'groupsSearch' };

/** What was typed for all of them, and the rows of the table in their order. */
export interface TypedPeople {
  typed: Typed;
  rows: PersonRow[];
}

export function typedPeople(body: unknown): TypedPeople {
  const typed = picked(typedFields(body, SINGLE, SEVERAL), PEOPLE_SEARCHES);
  const number = typed.email.length;
  if (number > MOST_PEOPLE) throw new Malformed(`At most ${counted(MOST_PEOPLE, 'row')} at once.`);
  const cells = (field: string) => {
    const values = typed[field] as string[];
    if (values.length !== 0 && values.length !== number) throw new Malformed('The rows of the table are not whole.');
    return values;
  };
  const columns = Object.entries(ROW_FIELDS).map(([key, field]) => [key, cells(field)] as const);
  const kept = new Set(typed.keep);
  const links = new Map([typed.link].flat().map((link) => link.split(':') as [string, string]));
  const rows = Array.from({ length: number }, (_, n) => ({
    ...(Object.fromEntries(columns.map(([key, values]) => [key, values[n] ?? ''])) as Record<
      keyof typeof ROW_FIELDS,
      string
    >),
    isKept: kept.has(String(n)),
    contact: links.get(String(n)) ?? '',
  }));
  return { typed, rows };
}

/** The table as a list is first read into it. */
export function rowsOf({ people }: PeopleList): PersonRow[] {
  return people.map(({ line, name, email, groups, tags, startsAt, leavesAt }) => ({
    line: String(line),
    name,
    email,
    groups: groups.join(', '),
    tags: tags.join(', '),
    startsAt,
    leavesAt,
    isKept: true,
    contact: '',
  }));
}

export function furtherColumns(rows: PersonRow[]): FurtherColumn[] {
  return FURTHER_COLUMNS.filter((column) => rows.some((row) => row[column] !== ''));
}

const rowBy = (times: Times) =>
  z.object({ name: userName, email: userEmail(), tags, startsAt: startBy(times), leavesAt: endBy(times) });
export type RowValues = z.output<ReturnType<typeof rowBy>>;

export function checkRow({ name, email, tags, startsAt, leavesAt }: PersonRow, times: Times) {
  return checkForm(rowBy(times), { name, email, tags, startsAt, leavesAt });
}

const forAllBy = (times: Times) =>
  z.object({
    groups: z.array(id).transform((ids) => [...new Set(ids.filter((one) => one !== null))]),
    groupsSearch: z
      .string()
      .refine((text) => text.trim() === '', 'Choose one of the groups found, or clear the search.'),
    tags,
    startsAt: startBy(times),
    leavesAt: endBy(times),
    untilAt: endBy(times),
    noSharedData: ticked,
  });
export type ForAll = z.output<ReturnType<typeof forAllBy>>;

/** What is so for all of them. A field that is mistaken counts as empty. */
export function checkForAll(
  { groups, groupsSearch, tags, startsAt, leavesAt, untilAt, noSharedData }: Typed,
  times: Times,
): {
  values: ForAll;
  errors: Errors;
} {
  const typed: Typed = { groups, groupsSearch, tags, startsAt, leavesAt, untilAt, noSharedData };
  const forAll = forAllBy(times);
  const { values, errors = {} } = checkForm(forAll, typed);
  if (values) return { values, errors };
  const emptied = Object.keys(errors).map((field) => [field, Array.isArray(typed[field]) ? [] : '']);
  return { values: forAll.parse({ ...typed, ...Object.fromEntries(emptied) }), errors };
}
