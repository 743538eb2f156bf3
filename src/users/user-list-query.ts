import type { Activity } from './user.ts';
import { STATES, type State } from './user-state.ts';

/** What the list can be sorted by, in the words of the address. */
export const SORTS = ['name', 'email', 'contact', 'last_login', 'groups', 'no_shared_data'] as const;
export type SortKey = (typeof SORTS)[number];

export const PAGE_SIZES = [25, 50, 100, 200];
const DEFAULT_PAGE_SIZE = 50;
const ACTIVITIES: Activity[] = ['active', 'deactivated', 'deleted'];
const LONGEST_SEARCH = 200;

/** The whole view of the list, as the address holds it. */
export interface ListQuery {
  q: string;
  /** Empty means active and deactivated. */
  activity: Activity[];
  state: State[];
  tag: number[];
  group: number[];
  sort: SortKey;
  descending: boolean;
  after?: Cursor;
  before?: Cursor;
  per: number;
  /** Whether the address says how many per page; else the reader's last choice holds. */
  perGiven: boolean;
  /** Whether the sidebar lists all groups instead of the largest. */
  allGroups: boolean;
}

/** A place in the sorted list: the sort value and the id of a row. */
export interface Cursor {
  value: string | number | null;
  id: number;
}

type Source = Record<string, unknown>;

/** Reads the view from the address. What it does not know it leaves out: an old bookmark still shows a list. */
export function readListQuery(source: Source, rememberedPer?: number): ListQuery {
  const sortText = first(source.sort) ?? 'name';
  const sortName = sortText.replace(/^-/, '');
  const per = Number(first(source.per));
  const perGiven = PAGE_SIZES.includes(per);
  const remembered = PAGE_SIZES.includes(rememberedPer ?? 0) ? (rememberedPer as number) : DEFAULT_PAGE_SIZE;
  const isSort = isOneOf(SORTS, sortName);
  return {
    q: (first(source.q) ?? '').trim().slice(0, LONGEST_SEARCH),
    activity: all(source.activity).filter((text) => isOneOf(ACTIVITIES, text)),
    state: all(source.state).filter((text) => isOneOf(STATES, text)),
    tag: all(source.tag).map(Number).filter(isId),
    group: all(source.group).map(Number).filter(isId),
    sort: isSort ? sortName : 'name',
    descending: isSort && sortText.startsWith('-'),
    after: decodeCursor(first(source.after)),
    before: decodeCursor(first(source.before)),
    per: perGiven ? per : remembered,
    perGiven,
    allGroups: first(source.groups) === 'all',
  };
}

/** The address of the view with some of it changed; going anywhere else starts at the first page. */
export function listPath(query: ListQuery, change: Partial<ListQuery> = {}): string {
  const next = { ...query, after: undefined, before: undefined, ...change };
  const parameters = new URLSearchParams();
  if (next.q) parameters.set('q', next.q);
  for (const name of ['activity', 'state', 'tag', 'group'] as const)
    for (const value of next[name]) parameters.append(name, String(value));
  if (next.sort !== 'name' || next.descending) parameters.set('sort', (next.descending ? '-' : '') + next.sort);
  if (next.allGroups) parameters.set('groups', 'all');
  if (next.perGiven) parameters.set('per', String(next.per));
  if (next.after) parameters.set('after', encodeCursor(next.after));
  if (next.before) parameters.set('before', encodeCursor(next.before));
  const text = parameters.toString();
  return text ? `/users?${text}` : '/users';
}

/** The list with one value of a filter added, or taken away where it is in force. */
export function toggled<T>(values: T[], value: T): T[] {
  return values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.value, cursor.id])).toString('base64url');
}

export function decodeCursor(text: string | undefined): Cursor | undefined {
  if (!text || text.length > 2000) return undefined;
  try {
    const [value, id] = JSON.parse(Buffer.from(text, 'base64url').toString());
    const isValue = value === null || typeof value === 'string' || typeof value === 'number';
    return isValue && isId(id) ? { value, id } : undefined;
  } catch {
    return undefined;
  }
}

function all(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return [...new Set(list.filter((one): one is string => typeof one === 'string'))].slice(0, 100);
}

function first(value: unknown): string | undefined {
  return all(value)[0];
}

function isOneOf<T extends string>(values: readonly T[], text: string): text is T {
  return (values as readonly string[]).includes(text);
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
