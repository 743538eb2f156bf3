import { minuteOf } from '../../clock.ts';
import type { Contact } from '../../contacts/contact.ts';
import { findContactsCalled } from '../../contacts/contact-search.ts';
import { findContacts } from '../../contacts/contact-store.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { identityKey } from '../../text/identity-key.ts';
import type { Judge } from '../../verbs/action.ts';
import { type ContactRowValues, checkContactRow } from '../contact-row.ts';
import type { ImportChoices } from '../import.ts';
import type { ImportedRow } from '../imported-row.ts';
import { type LineKey, lineKeys, type WholeFile } from './import-kind.ts';

/** Which contact each line means, where any; and what keeps it from being known. */
export interface MatchedContacts {
  found: Map<ImportedRow, Contact>;
  mistakes: Map<ImportedRow, string>;
  /** Companies that may be named, by their names. */
  companies: ReadonlyMap<string, Contact[]>;
}

const nameKey = (name: string) => identityKey(name);
const textOf = (row: ImportedRow, key: 'name' | 'company') => String(row.values[key] ?? '');
const emailOf = ({ values }: ImportedRow) => (values.emails as string[] | undefined)?.[0] ?? '';

/** A line without an email is found by its name in any case. */
function isByEmail(row: ImportedRow, by: ImportChoices['by']): boolean {
  return by === 'email' && emailOf(row) !== '';
}

export async function findContactMatches(
  db: Reader,
  by: Judge,
  rows: ImportedRow[],
  choices: ImportChoices,
): Promise<MatchedContacts> {
  const viewer = await findContactViewer(db, by.by, minuteOf(by.at));
  const own = rows.filter(({ from }) => from?.mark === choices.mark);
  const ids = [...new Set(own.map(({ from }) => from!.id))];
  const seen = new Map((await findContacts(db, viewer, ids)).map((contact) => [contact.id, contact]));
  const others = rows.filter((row) => !own.includes(row));
  const names = others.filter((row) => !isByEmail(row, choices.by)).map((row) => textOf(row, 'name'));
  const called = await findContactsCalled(db, viewer, {
    emails: others.filter((row) => isByEmail(row, choices.by)).map(emailOf),
    names: [...new Set([...names, ...rows.map((row) => textOf(row, 'company'))])].filter(Boolean),
  });
  const byEmail = Map.groupBy(called, ({ email }) => identityKey(email ?? ''));
  const byName = Map.groupBy(called, ({ name }) => nameKey(name));
  const found = new Map<ImportedRow, Contact>();
  const mistakes = new Map<ImportedRow, string>();
  for (const row of own) {
    const contact = seen.get(row.from!.id);
    if (contact) found.set(row, contact);
    else mistakes.set(row, 'It is of a contact that is not there, or that you may not see.');
  }
  for (const row of others) {
    const isFoundByEmail = isByEmail(row, choices.by);
    const text = isFoundByEmail ? emailOf(row) : textOf(row, 'name');
    const those = (isFoundByEmail ? byEmail : byName).get(identityKey(text)) ?? [];
    const [contact, ...more] = text === '' ? [] : those;
    if (more.length > 0) mistakes.set(row, `Several contacts have the ${isFoundByEmail ? 'email' : 'name'} ${text}.`);
    else if (contact) found.set(row, contact);
  }
  return { found, mistakes, companies: companiesAmong(called) };
}

/** Companies that may be named, by their names. */
export async function findCompaniesCalled(
  db: Reader,
  by: Judge,
  names: string[],
): Promise<MatchedContacts['companies']> {
  if (names.length === 0) return new Map();
  const viewer = await findContactViewer(db, by.by, minuteOf(by.at));
  return companiesAmong(await findContactsCalled(db, viewer, { names, emails: [] }));
}

function companiesAmong(contacts: Contact[]): MatchedContacts['companies'] {
  return Map.groupBy(
    contacts.filter(({ kind }) => kind === 'company'),
    ({ name }) => nameKey(name),
  );
}

/** Lines clash where they mean the same contact, or would make the same twice. */
export async function contactKeys(
  db: Reader,
  by: Judge,
  rows: ImportedRow[],
  choices: ImportChoices,
): Promise<Map<ImportedRow, LineKey[]>> {
  const { found, mistakes } = await findContactMatches(db, by, rows, choices);
  return new Map(
    rows.map((row) => {
      const contact = found.get(row);
      const company = contact || mistakes.has(row) ? undefined : newCompanyIn(row);
      return [row, [...keysOf(row, contact, choices), ...(company ? [companyKey(company)] : [])]];
    }),
  );
}

/** The name of the company that a line makes, if it is one that will do. */
function newCompanyIn(row: ImportedRow): string | undefined {
  const { values, mistakes } = checkContactRow(row, undefined);
  const isMade = mistakes.length === 0 && whyNotNew(values) === undefined;
  return values.kind === 'company' && isMade ? values.name : undefined;
}

/** Why a line that means nobody makes nobody either; undefined where it does. */
export function whyNotNew({ name, activity }: ContactRowValues): string | undefined {
  if (!name) return 'A new contact has a name.';
  return activity && activity !== 'active' ? `A new contact is active, and not ${activity}.` : undefined;
}

/** Under which persons find the company that another line makes. */
function companyKey(name: string): LineKey {
  return { what: 'new company', key: `new company:${nameKey(name)}` };
}

/** Of the companies that these lines name and that are not there yet, those that one other line of the file makes. */
export async function findComing(
  rows: ImportedRow[],
  companies: MatchedContacts['companies'],
  countLines: WholeFile['countLines'],
): Promise<ReadonlySet<string>> {
  const missing = new Set(
    rows.map((row) => textOf(row, 'company')).filter((name) => name && !companies.has(nameKey(name))),
  );
  if (missing.size === 0) return missing;
  const times = await countLines([...missing].map((name) => companyKey(name).key));
  return new Set([...missing].filter((name) => times.get(companyKey(name).key) === 1));
}

export function keysOf(row: ImportedRow, contact: Contact | undefined, { by }: ImportChoices): LineKey[] {
  if (contact) return lineKeys([{ what: 'contact', key: String(contact.id) }]);
  const what = isByEmail(row, by) ? 'email' : 'name';
  return lineKeys([{ what, key: identityKey(what === 'email' ? emailOf(row) : textOf(row, 'name')) }]);
}

/** The company of that name, or why there is none. */
export function companyCalled(name: string, companies: MatchedContacts['companies']): Contact | string {
  const those = companies.get(nameKey(name)) ?? [];
  if (those.length === 1) return those[0];
  return those.length === 0 ? `There is no company ${name} that you may see.` : `Several companies are called ${name}.`;
}
