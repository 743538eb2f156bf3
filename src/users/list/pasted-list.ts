import { whereNotDeleted } from '../../db/conditions.ts';
import type { Reader } from '../../db/database.ts';
import { whereIdIn } from '../../db/ids.ts';
import type { Row } from '../../db/tables.ts';
import { CUT, fewWords } from '../../lists/list-query.ts';
import { identityKey, spelledLike } from '../../text/identity-key.ts';
import { searchedFor } from '../../text/people/addresses.ts';
import { identifiersIn } from '../../text/people/people-list.ts';
import { idIn, isId } from '../../text/record-id.ts';

/**
 * As long as a list may be, in letters: the address of a view holds it, browsers send that three times with each request, and
 * common proxies take 8 KB of it.
 */
export const LONGEST_LIST = 3_000;
const MOST_ENTRIES = 1_000;
const SEPARATORS = /[\n\r\t,;]+/;
/** Which of them the field of a search, being one line, would lose. */
const LINES = /[\n\r\t]+/g;

/** Users that somebody names one by one. */
export interface PastedList {
  /** Whoever is meant, deleted ones included. */
  ids: number[];
  /** How many were named. */
  entries: number;
  /** Those of them that mean nobody. */
  missing: string[];
  /** Whether it was too long, so that something behind its end was left out. */
  isCut: boolean;
  /** Whether it is a search for its words instead where these find somebody: of two parts one is nobody, as with "Berg, Anna". */
  isDoubtful: boolean;
}

/** What a search keeps of a text of any length: a few words, or a list that ends with a mark where entries are left out. */
export function boundedSearch(text: string): string {
  const trimmed = addressesApart(searchedFor(text.trim()).replace(LINES, ','));
  if (!SEPARATORS.test(trimmed)) return fewWords(trimmed);
  if (trimmed.length <= LONGEST_LIST && trimmed.split(SEPARATORS).length <= MOST_ENTRIES) return trimmed;
  const entries = trimmed.slice(0, LONGEST_LIST).split(SEPARATORS).slice(0, MOST_ENTRIES);
  // The last one may be a part of a longer one.
  return [...entries.slice(0, -1), CUT].join(',');
}

/** Words that are addresses, all of them, are a list as well: so stand lines that a browser without scripts took into one. */
function addressesApart(text: string): string {
  const words = text.split(/\s+/);
  const isList = words.length > 1 && words.every((word) => /^[^\s@,;]+@[^\s@,;]+$/.test(word));
  return isList ? words.join(',') : text;
}

/**
 * The users that a search names by name, email or id (`17` or `#17`), between commas, semicolons or lines; a name of digits goes
 * before an id. Undefined for a search of another kind: where nobody is called so. Where an address or an id with its mark is among
 * the parts, a list is meant; an id with its mark is one alone.
 */
export async function findPasted(db: Reader, q: string): Promise<PastedList | undefined> {
  const parts = identifiersIn(q);
  const isCut = parts.at(-1) === CUT;
  const entries = isCut ? parts.slice(0, -1) : parts;
  if (parts.length < 2 && !isMarkedId(parts[0] ?? '')) return undefined;
  const found = await findNamed(db, entries);
  const isPlain = entries.every((entry) => !/[@#]/.test(entry));
  if (isPlain && found.size === 0) return undefined;
  return {
    ids: [...new Set(found.values())],
    entries: entries.length,
    missing: entries.filter((entry) => !found.has(entry)),
    isCut,
    isDoubtful: isPlain && entries.length === 2 && found.size < 2,
  };
}

type NamedRow = Pick<Row<'users'>, 'id' | 'name' | 'email' | 'activity'> & { key: string };

/** By what was given for each. Deleted users are found by their email or id: their name may be somebody else's by now. */
async function findNamed(db: Reader, entries: string[]): Promise<Map<string, number>> {
  const keys = entries.map(identityKey);
  const select = () => db('users').select('id', 'name', 'email', 'activity');
  const names: NamedRow[] = await whereIdIn(
    select().select('name_key as key').modify(whereNotDeleted).orderBy('name_twin'),
    'name_key',
    keys,
  );
  const emails: NamedRow[] = await whereIdIn(
    select().select('email_key as key').orderBy('email_twin'),
    'email_key',
    keys,
  );
  const numbers = new Map(
    entries.flatMap((entry): [string, number][] => {
      const id = idIn(entry.replace(/^#/, ''));
      return id === undefined ? [] : [[entry, id]];
    }),
  );
  const ids = new Set<number>(await whereIdIn(db('users'), 'id', [...numbers.values()]).pluck('id'));
  const byName = Map.groupBy(names, (row) => row.key);
  const byEmail = Map.groupBy(
    emails.toSorted((a, b) => Number(a.activity === 'deleted') - Number(b.activity === 'deleted')),
    (row) => row.key,
  );
  const found = new Map<string, number>();
  for (const [n, entry] of entries.entries()) {
    const row =
      spelledLike(byName.get(keys[n]) ?? [], entry, ({ name }) => name) ??
      spelledLike(byEmail.get(keys[n]) ?? [], entry, ({ email }) => email ?? '');
    const number = numbers.get(entry);
    if (row) found.set(entry, row.id);
    else if (number !== undefined && ids.has(number)) found.set(entry, number);
  }
  return found;
}

function isMarkedId(entry: string): boolean {
  return entry.startsWith('#') && isId(entry.slice(1));
}
