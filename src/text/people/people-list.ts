import { identityKey } from '../identity-key.ts';
import { withoutUnseen } from '../text.ts';
import { mailboxesIn } from './addresses.ts';
import type { PastedPerson, PuzzlingLine } from './pasted-person.ts';
import { readCells, readHeadedCells } from './people-cells.ts';
import { NO_ADDRESS, readLines } from './people-lines.ts';
import { readVcards } from './vcards.ts';

/** As many people as one page shows and takes. */
export const MOST_PEOPLE = 1_000;
/** As long as a pasted list may be, in bytes. */
const LONGEST_PASTE = 200_000;
const MOST_LINES = 5 * MOST_PEOPLE;
/** Some name people by their addresses as well. */
const MOST_ADDRESSES = 3 * MOST_PEOPLE;

const ODD_SPACES = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g;
/** A line of a table as it is written in notes, and the one that underlines its heads. */
const STROKED = /^[^\S\n]*\|(.*)\|[^\S\n]*$/gm;
const UNDERLINE = /^[^\S\n]*\|(?=[|: \t]*-)[|: \t-]*$/gm;

export interface PeopleList {
  people: PastedPerson[];
  puzzling: PuzzlingLine[];
  /** Whether the columns were told apart by their look, so that what stands in one of groups need be none. */
  isGuessed: boolean;
  /** The columns of a table of which nothing is read. */
  unread: string[];
}

/** Whether a text is more than is read at once. Costs next to nothing. */
export function isTooLong(text: string): boolean {
  return (
    Buffer.byteLength(text) > LONGEST_PASTE ||
    text.split('@', MOST_ADDRESSES + 2).length > MOST_ADDRESSES + 1 ||
    text.split('\n', MOST_LINES + 1).length > MOST_LINES
  );
}

/**
 * The people of a text that was pasted: out of mails, address fields and address books, or cells of a spreadsheet. Who stands in it
 * twice is taken once. Of a text of any kind the work grows with its length, for which `isTooLong` has a bound.
 */
export function readPeople(text: string): PeopleList {
  const { people, puzzling, isGuessed, unread } = read(plainText(text));
  const again: PuzzlingLine[] = [];
  const lines = new Map<string, number>();
  const once = people.filter(({ email, line }) => {
    const key = identityKey(email);
    const before = lines.get(key);
    if (email !== '' && before !== undefined) {
      again.push({ line, text: email, reason: `Stands in line ${before} already.` });
      return false;
    }
    lines.set(key, line);
    return true;
  });
  return { people: once, puzzling: [...puzzling, ...again].toSorted((a, b) => a.line - b.line), isGuessed, unread };
}

/** What of a list is passed over where people are known by their addresses alone. */
export function withoutAddress(text: string): PuzzlingLine[] {
  if (isTooLong(text)) return [];
  const { people, puzzling } = readPeople(text);
  const nameless = people.flatMap(({ line, name, login, email }) =>
    email === '' ? [{ line, text: name || login, reason: NO_ADDRESS }] : [],
  );
  return [...puzzling, ...nameless].toSorted((a, b) => a.line - b.line);
}

/** A person as the source of a page links to them. */
const LINKED = /<a\s[^<>]{0,300}?href=["']?mailto:([^"'?<>\s]{1,300})[^<>]{0,300}>([^<>]{0,300})<\/a>/gi;
const TAG = /<\/?[a-z][a-z0-9]{0,15}(?:\s[^<>@]{0,300})?>/gi;

/** With the ends of lines and the spaces that everybody writes. */
function plainText(text: string): string {
  const plain = withoutUnseen(text.replace(/\r\n?|[\u2028\u2029\v\f]/g, '\n'))
    .replace(ODD_SPACES, ' ')
    .replace(UNDERLINE, '')
    .replace(STROKED, (_, cells: string) => cells.replaceAll('|', '\t'));
  const linked = plain.replace(LINKED, '$2 <$1>');
  return linked === plain ? plain : linked.replace(TAG, ' ');
}

function read(text: string): PeopleList {
  const unheaded = { isGuessed: false, unread: [] };
  if (/^BEGIN:VCARD\s*$/im.test(text)) return { people: readVcards(text.split('\n')), puzzling: [], ...unheaded };
  return readCells(text) ?? { ...readLines(text.split('\n')), ...unheaded };
}

/**
 * Whom a list names of people who are there already: by name, email or number, an entry for each. Of "Maria Müller
 * <maria@example.com>" the address stays.
 */
export function identifiersIn(text: string): string[] {
  const entries = withoutUnseen(text)
    .split(/[\n\r\t]+/)
    .flatMap((line) => {
      // Names have no @, and what has neither needs nobody who reads addresses.
      if (!/@/.test(line) || !/[<"]/.test(line)) return line.split(/[,;]+/);
      return mailboxesIn(line).map(({ name, email }) => email || name);
    });
  return [...new Set(entries.map((entry) => entry.trim()).filter(Boolean))];
}

/** The same of a list that may be a table as well: where a head line says so, a person is named by the cell of the address. */
export function membersIn(text: string): string[] {
  const table = text.includes('\n') && !isTooLong(text) ? readHeadedCells(plainText(text)) : undefined;
  if (!table) return identifiersIn(text);
  return [...new Set(table.people.map(({ email, login, name }) => email || login || name))];
}

/** The new people of a list, where some of it is known: who has an address that is none of these; and the names beside all addresses. */
export function unknownPeople(
  text: string,
  known: (email: string) => boolean,
): { emails: string[]; names: Set<string> } {
  const people = isTooLong(text) ? [] : readPeople(text).people.filter(({ email }) => email !== '');
  return {
    emails: people.map(({ email }) => email).filter((email) => !known(email)),
    names: new Set(people.map(({ name }) => name)),
  };
}
