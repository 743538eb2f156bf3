import type { AccountType } from '../src/contacts/contact.ts';
import { bulkInsert, followOn } from '../src/db/bulk-insert.ts';
import type { Transaction } from '../src/db/database.ts';
import { identityKey } from '../src/text/identity-key.ts';
import { fold } from '../src/text/text.ts';
import { AddressBook, CONTACT_TAGS, type Owners } from './address-book.ts';
import type { Random } from './random.ts';

/** What users belong to, by id; the largest or most common first. */
export interface Surroundings {
  groups: number[];
  tags: number[];
  /** Companies without an account, and those that are a customer or a supplier. */
  companies: { plain: number[]; warned: number[] };
  /** Where contacts come from, and whose they may be. */
  book: AddressBook;
  owners: Owners;
  contactTags: number[];
}

const DEPARTMENTS = listed(`
  Sales, Engineering, Customer Service, Operations, Finance, Marketing, Logistics, Purchasing, Human Resources,
  Quality, Research, Production, Legal, Data, Design, Security, Facilities, Training, Product, Maintenance,
  Warehouse, Accounts Payable, Controlling, Field Service, Partner Management, Communications, Compliance,
  Procurement, Treasury, Payroll, Networks, Platform, Mobile, Analytics, Onboarding, Returns, Events, Translation,
  Archive, Fleet`);
const PLACES = listed(`
  Berlin, Lisboa, Kraków, Malmö, Córdoba, İzmir, Göteborg, Zürich, Lyon, Porto, Łódź, Tromsø, Bristol, Torino,
  Hanoi, Pune, Київ, 上海, Amman, Dublin, Wien, Genève, Liège, Gdańsk, Aarhus, Turku, Leeds, Bari, Ankara, Bilbao,
  Évora, Besançon, Düsseldorf, Köln, Basel, Bergen, Oulu, Cork, Málaga, Ostrava, Brno, Győr, Cluj, Split, Kaunas,
  Tartu, Riga, Izola, Perm, Kyoto`);
const TAGS = listed(`
  on-site, remote, part-time, external, trainee, shift work, manager, first aid, works council, contractor, field,
  night shift, VIP, parental leave, pilot, mentor, returns, fire warden, intern, Homeoffice, driver, sabbatical,
  speaker, tester, 日本語`);
const COMPANY_WORDS = listed(
  'North, Blue, Green, Alpine, Nova, Delta, Urban, Silver, Terra, Aero, Hansa, Iber, Sol, Polar, Vela',
);
const COMPANY_KINDS = listed(
  'Logistics, Foods, Systems, Textiles, Energy, Print, Motors, Pharma, Media, Optics, Timber, Glass',
);
const COMPANY_FORMS = listed('GmbH, Ltd, S.A., AB, Sp. z o.o., A.Ş., Inc., BV');

const OWNING_GROUPS = 12;
const OWNING_USERS = 3;

function groupCount(users: number): number {
  return Math.min(DEPARTMENTS.length * PLACES.length, Math.max(12, Math.round(users / 500)));
}

/**
 * Groups, tags and companies for so many users. No group may change anything: with somebody in it who could, Roster
 * would take itself for set up.
 */
export async function makeSurroundings(
  trx: Transaction,
  random: Random,
  { users, groups: numberOfGroups = groupCount(users) }: { users: number; groups?: number },
  at: string,
): Promise<Surroundings> {
  const groups = await insert(
    trx,
    'groups',
    Array.from({ length: numberOfGroups }, (_, n) => ({
      name: groupName(n),
      name_key: identityKey(groupName(n)),
      activity: n > 5 && random.chance(0.03) ? 'deactivated' : 'active',
      description: random.chance(0.3) ? `Everybody who works in ${groupName(n)}.` : '',
      created_at: at,
    })),
  );
  const readers = groups.filter((_, n) => n % 12 === 4);
  await bulkInsert(
    trx,
    'group_permissions',
    readers.map((group_id) => ({ group_id, application: random.pick(['users', 'contacts']), level: 'read' })),
  );

  await trx('tags')
    .insert([...TAGS, ...CONTACT_TAGS].map((name) => ({ name, name_key: identityKey(name) })))
    .onConflict('name_key')
    .ignore();
  const tagIds = new Map((await trx('tags').select('id', 'name_key')).map((row) => [row.name_key, row.id]));

  const book = new AddressBook();
  const owners: Owners = {
    // The cast is among them, where it is there.
    groups: await trx('groups').where('activity', 'active').orderBy('id').limit(OWNING_GROUPS).pluck('id'),
    users: await trx('users').where('activity', 'active').orderBy('id').limit(OWNING_USERS).pluck('id'),
  };
  const idOf = (tag: string) => tagIds.get(identityKey(tag));
  const contactTags = CONTACT_TAGS.map(idOf);
  const number = Math.min(2_000, Math.max(8, Math.round(users / 200)));
  const { companies, accounts } = await addCompanies(trx, { book, owners, contactTags }, { first: 0, number, at });
  const isWarned = new Set(
    accounts.filter(({ type }) => type === 'customer' || type === 'supplier').map((account) => account.contact_id),
  );
  return {
    groups,
    tags: TAGS.map(idOf),
    book,
    owners,
    contactTags,
    companies: {
      plain: companies.filter((id) => !isWarned.has(id)),
      warned: companies.filter((id) => isWarned.has(id)),
    },
  };
}

/** Where contacts come from, and what they are given. */
export type AddressSource = Pick<Surroundings, 'book' | 'owners' | 'contactTags'>;

/** Companies from a number on, with the people of each. Half of them have an account. */
export async function addCompanies(
  trx: Transaction,
  { book, owners, contactTags }: AddressSource,
  { first, number, at }: { first: number; number: number; at: string },
) {
  const names = Array.from({ length: number }, (_, n) => companyName(first + n));
  const companies = await insert(
    trx,
    'contacts',
    names.map((name) =>
      book.row({ kind: 'company', name, email: emailOf(name), companyId: null, createdAt: at, owners }),
    ),
  );
  const people = names.flatMap((name, n) => book.people({ id: companies[n], name }, at, owners));
  const contacts = [...companies, ...(await insert(trx, 'contacts', people))];
  await bulkInsert(
    trx,
    'contact_tags',
    contacts.flatMap((contact_id) => {
      const tag_id = book.tag(contactTags);
      return tag_id === undefined ? [] : [{ contact_id, tag_id }];
    }),
  );
  const types: AccountType[] = ['customer', 'supplier', 'customer', 'prospect', 'competitor'];
  const accounts = companies
    .slice(companies.length / 2)
    .map((contact_id, n) => ({ contact_id, type: types[n % types.length] }));
  await bulkInsert(trx, 'accounts', accounts);
  return { companies, accounts, contacts: contacts.length };
}

/** Inserts and returns the ids, in the order of the rows. */
async function insert(trx: Transaction, table: string, rows: object[]): Promise<number[]> {
  const last = Number((await trx(table).max('id as last').first())?.last ?? 0);
  await bulkInsert(
    trx,
    table,
    rows.map((row, n) => ({ id: last + 1 + n, ...row })),
  );
  await followOn(trx, table);
  return rows.map((_, n) => last + 1 + n);
}

/** The departments themselves first, then each of them in each place, then in teams. */
function groupName(n: number): string {
  const department = DEPARTMENTS[n % DEPARTMENTS.length];
  const round = Math.floor(n / DEPARTMENTS.length);
  if (round === 0) return department;
  const place = PLACES[(round - 1) % PLACES.length];
  const team = Math.floor((round - 1) / PLACES.length);
  return team === 0 ? `${department} ${place}` : `${department} ${place} ${team + 1}`;
}

function emailOf(company: string): string {
  return `info@${fold(company).split(' ').slice(0, 2).join('-')}.example`;
}

function companyName(n: number): string {
  const word = COMPANY_WORDS[n % COMPANY_WORDS.length];
  const kind = COMPANY_KINDS[Math.floor(n / COMPANY_WORDS.length) % COMPANY_KINDS.length];
  const form = COMPANY_FORMS[Math.floor(n / (COMPANY_WORDS.length * COMPANY_KINDS.length)) % COMPANY_FORMS.length];
  const round = Math.floor(n / (COMPANY_WORDS.length * COMPANY_KINDS.length * COMPANY_FORMS.length));
  return `${word} ${kind} ${form}${round === 0 ? '' : ` ${round + 1}`}`;
}

function listed(words: string): string[] {
  return words.trim().split(/,\s+/);
}
