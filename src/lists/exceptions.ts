import { idsIn } from '../text/record-id.ts';

/** So many ticks, or boxes that were unticked, go into one form: with ids of nine digits it is as large as a form may be. */
export const MOST_BY_HAND = 20_000;

/** So many of those left out by hand stand in the address of a page; more of them are kept, and it names the draft in which. */
export const MOST_IN_ADDRESS = 200;

/** Who is meant where all that match are ticked: all but these. */
export interface AllTicked {
  except: number[];
}

/** The same as a page of the list shows it. */
export interface AllShown extends AllTicked {
  /** Those of them who match: the others do not count. */
  matching: number[];
  /** Whoever is on the page, ticked or not. */
  listed: number[];
}

export function allShown(
  { except }: AllTicked,
  list: { isMeant(id: number): boolean },
  rows: readonly { id: number }[],
): AllShown {
  return { except, matching: except.filter((id) => list.isMeant(id)), listed: rows.map(({ id }) => id) };
}

/** One by one, as boxes send them, or many in one field: a form holds only so many fields. */
export function readIds(given: string[]): number[] {
  return idsIn(given.flatMap((text) => text.split(',')));
}

/** Of these, those left out besides the listed ones, and whoever is listed without a tick. */
export function exceptionsOf(form: { except: string[]; listed: string[]; ids: string[] }): number[] {
  const listed = new Set(readIds(form.listed));
  const ticked = new Set(readIds(form.ids));
  const elsewhere = readIds(form.except).filter((id) => !listed.has(id));
  return [...elsewhere, ...[...listed].filter((id) => !ticked.has(id))];
}

const KEPT = /^draft-([1-9]\d{0,14})$/;

/** The address of a page of the list on which all that match are ticked but these, or those of whom that draft is. */
export function withTicks(path: string, left: AllTicked | { draft: number }): string {
  const except = 'draft' in left ? `draft-${left.draft}` : left.except.join(',');
  return `${path}${path.includes('?') ? '&' : '?'}ticked=all${except ? `&except=${except}` : ''}`;
}

/** The draft that an address names in the place of those who are left out. */
export function draftNamed(except: string): number | undefined {
  const [, id] = KEPT.exec(except) ?? [];
  return id === undefined ? undefined : Number(id);
}
