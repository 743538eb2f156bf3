import { parse } from 'node:querystring';
import { searchedFor } from '../text/people/addresses.ts';
import { idIn } from '../text/record-id.ts';
import { type Sought, searchedWords } from '../text/text.ts';

export const PAGE_SIZES = [25, 50, 100, 200];
const DEFAULT_PAGE_SIZE = 50;
/** As long as a name may be: of 200 emoji, of two units each. */
export const LONGEST_SEARCH = 400;
/** Stands at the end of what was cut off. */
export const CUT = '…';
/** So many values of one filter are looked for; with more of them a view means nobody. */
export const MOST_VALUES = 100;
const LONGEST_WORD = 60;
/** So many filters that a list does not have are told. */
const MOST_UNREAD = 5;
const NO_ID = 0;
export const NONE = 'none' as const;

/** A place in a sorted list: the sort value and the id of a row. */
export interface Cursor {
  value: string | number | null;
  id: number;
  /** Where those that fit a search best stand first: among which of them. */
  rank?: number;
}

export interface Order<Sort extends string> {
  sort: Sort;
  descending: boolean;
}

/** What the address of any list says besides its filters. */
export interface PageQuery<Sort extends string = string> extends Order<Sort> {
  q: string;
  /** Whether the address says the order: whoever chose one gets that one alone, and not the best matches of a search first. */
  sortGiven: boolean;
  after?: Cursor;
  before?: Cursor;
  per: number;
  /** Whether the address says how many per page; else the reader's last choice holds. */
  perGiven: boolean;
  /** Filters that this list does not have, with their value. They stay in the address: without them it would mean everybody. */
  unread: readonly Unread[];
}

export type Unread = readonly [name: string, value: string];
export type Source = Record<string, unknown>;

/** What stands in an address behind the question mark: all of it, however much that is. */
export function sourceIn(search: string): Source {
  return parse(search, undefined, undefined, { maxKeys: 0 });
}

/** A search of a few words, or for an address as mail programs copy it. Of a longer one a mark tells that it is none of the shorter ones. */
export function fewWords(text: string): string {
  const sought = searchedFor(text.trim());
  if (sought.length <= LONGEST_SEARCH) return sought;
  // Behind a comma the mark would be that of a list.
  return sought.slice(0, LONGEST_SEARCH - 1).replace(/[\s,;]$/, CUT) + CUT;
}

/** Whether more was to be searched than is looked for. A list of names that was cut is looked for as far as it goes. */
export function isCutSearch(q: string): boolean {
  return q.length === LONGEST_SEARCH && q.endsWith(CUT) && !q.endsWith(`,${CUT}`);
}

interface ReadBy<Sort extends string> {
  sorts: readonly Sort[];
  natural: Order<Sort>;
  /** What the list takes besides what all lists do; not given where whatever else is said changes nothing of whom it shows. */
  takes?: readonly string[];
  rememberedPer?: number;
  boundedSearch?: (text: string) => string;
}

/** Reads it from the address. An order or a size that it does not know it leaves out: an old bookmark still shows a list. */
export function readPageQuery<Sort extends string>(
  source: Source,
  { sorts, natural, takes, rememberedPer, boundedSearch = fewWords }: ReadBy<Sort>,
): PageQuery<Sort> {
  const sortText = firstOf(source.sort) ?? '';
  const sort = sorts.find((one) => one === sortText.replace(/^-/, ''));
  const per = Number(firstOf(source.per));
  const perGiven = PAGE_SIZES.includes(per);
  const remembered = PAGE_SIZES.includes(rememberedPer ?? 0) ? (rememberedPer as number) : DEFAULT_PAGE_SIZE;
  return {
    q: boundedSearch(firstOf(source.q) ?? ''),
    ...(sort ? { sort, descending: sortText.startsWith('-') } : natural),
    sortGiven: sort !== undefined,
    after: decodeCursor(firstOf(source.after)),
    before: decodeCursor(firstOf(source.before)),
    per: perGiven ? per : remembered,
    perGiven,
    unread: takes ? unreadIn(source, [...OF_ALL, ...takes]) : [],
  };
}

/** What the addresses of all lists may say. */
const OF_ALL = ['q', 'sort', 'after', 'before', 'per', 'ticked', 'except'];

/** What an address says that its list does not take; of much, the first. */
export function unreadIn(source: Source, takes: readonly string[]): Unread[] {
  const strange = Object.keys(source).filter((name) => !takes.includes(name));
  return strange.slice(0, MOST_UNREAD).map((name) => [bounded(name), bounded(firstOf(source[name]) ?? '')]);
}

/** Whether a view asks for what cannot be looked for: then it means nobody, and the page tells why. */
export function meansNobody(query: PageQuery): boolean {
  return query.unread.length > 0 || isCutSearch(query.q) || Object.values(query).some(isTooMany);
}

/** The folded words of the search, with which a view that means nobody finds nothing. */
export function soughtWords(query: PageQuery): Sought[] | undefined {
  return meansNobody(query) ? [] : searchedWords(query.q);
}

export function isTooMany(values: unknown): boolean {
  return Array.isArray(values) && values.length > MOST_VALUES;
}

/**
 * Whether those that fit the search best stand first: where nobody chose an order. Whoever is on the way along the order alone, by an
 * older address or from before anything could be ranked, stays on it.
 */
export function isRanked({
  q,
  sortGiven,
  after,
  before,
}: Pick<PageQuery, 'q' | 'sortGiven' | 'after' | 'before'>): boolean {
  const cursor = after ?? before;
  return q !== '' && !sortGiven && (cursor === undefined || cursor.rank !== undefined);
}

/** The address of a list: what is not said there is as it naturally is. */
export function listAddress<Sort extends string>(
  path: string,
  query: PageQuery<Sort>,
  natural: Order<Sort>,
  filters: Record<string, (string | number)[]>,
): string {
  const parameters: string[] = [];
  const add = (name: string, value: string | number) => parameters.push(parameter(name, String(value)));
  if (query.q) add('q', query.q);
  for (const name in filters) for (const value of filters[name]) add(name, value);
  for (const [name, value] of query.unread) parameters.push(new URLSearchParams([[name, value]]).toString());
  if (query.sortGiven || query.sort !== natural.sort || query.descending !== natural.descending)
    add('sort', (query.descending ? '-' : '') + query.sort);
  if (query.perGiven) add('per', query.per);
  if (query.after) add('after', encodeCursor(query.after));
  if (query.before) add('before', encodeCursor(query.before));
  return parameters.length > 0 ? `${path}?${parameters.join('&')}` : path;
}

/** The address of all values of a filter by which the view of a list can be narrowed, or of those whose name holds a text, from one of them on. */
export function valuesPath(listPath: string, noun: 'group' | 'tag', { name = '', from = 0 } = {}): string {
  const [path, search = ''] = listPath.split('?');
  const parameters = new URLSearchParams(search);
  if (name) parameters.set('name', name);
  if (from > 0) parameters.set('from', String(from));
  return parameters.size > 0 ? `${path}/${noun}s?${parameters}` : `${path}/${noun}s`;
}

/** Most values are plain, and a page has dozens of addresses. */
function parameter(name: string, value: string): string {
  return /^[\w.-]*$/.test(value) ? `${name}=${value}` : new URLSearchParams([[name, value]]).toString();
}

/**
 * The values of a filter as they are given, each once. One that the list does not know stays: it matches nothing, and the page tells it,
 * where leaving it out would show everybody instead.
 */
export function wordsOf<T extends string>(value: unknown): T[] {
  return allOf(value).map(bounded) as T[];
}

/** The same for ids; what is none stays the word that it is. */
export function idsOf(value: unknown): (number | string)[] {
  return [...new Set(allOf(value).map((text) => idIn(text) ?? bounded(text)))];
}

/** The ids among such values: a word is one that nothing has, but for the one that means none of them. */
export function idsAmong(values: (number | string)[]): number[] {
  return values.filter((one) => one !== NONE).map((one) => (typeof one === 'number' ? one : NO_ID));
}

export function firstOf(value: unknown): string | undefined {
  return allOf(value)[0];
}

/** The list with one value of a filter added, or taken away where it is in force. */
export function toggled<T>(values: T[], value: T): T[] {
  return values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.value, cursor.id, cursor.rank])).toString('base64url');
}

export function decodeCursor(text: string | undefined): Cursor | undefined {
  if (!text || text.length > 2000) return undefined;
  try {
    const [value, id, rank] = JSON.parse(Buffer.from(text, 'base64url').toString());
    const isValue = value === null || typeof value === 'string' || typeof value === 'number';
    if (!isValue || !isRowId(id)) return undefined;
    return Number.isSafeInteger(rank) ? { value, id, rank } : { value, id };
  } catch {
    return undefined;
  }
}

function allOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  // One more than are looked for, by which it is seen that there are too many.
  return [...new Set(list.filter((one): one is string => typeof one === 'string'))].slice(0, MOST_VALUES + 1);
}

/** With its mark at the end what is too long is none of the shorter ones. */
function bounded(text: string): string {
  return text.length > LONGEST_WORD ? text.slice(0, LONGEST_WORD - 1) + CUT : text;
}

function isRowId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
