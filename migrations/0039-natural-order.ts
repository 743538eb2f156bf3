import { setImmediate } from 'node:timers/promises';
import type { Knex } from 'knex';

const AT_ONCE = 5_000;
/** What is made of names and addresses, by table. */
const MADE = { users: ['sort_name', 'contact_sort', 'search_text'], contacts: ['sort_name', 'search_text'] };

type Table = keyof typeof MADE;
interface Row {
  id: number;
  name: string;
  email: string | null;
  emails?: string;
  phones?: string;
  contact_name?: string | null;
  [made: string]: string | number | null | undefined;
}

/** How the columns are made of a row, in the order of `MADE`. */
type Make = Record<Table, (row: Row) => (string | null)[]>;

const AFTER: Make = {
  users: (row) => [
    sortKey(row.name),
    row.contact_sort === null ? null : sortKey(row.contact_name!),
    searchText(row.name, [row.email!]),
  ],
  contacts: (row) => [sortKey(row.name), searchText(row.name, addressesOf(row))],
};

const BEFORE: Make = {
  users: (row) => {
    const contact = row.contact_sort === null ? null : row.contact_name!;
    return [
      fold(row.name),
      contact === null ? null : fold(contact),
      fold([row.name, row.email, contact ?? ''].join(' ')),
    ];
  },
  contacts: (row) => [fold(row.name), fold([row.name, ...addressesOf(row)].join(' '))],
};

/**
 * Names are sorted by a key that puts `user2` before `user10`, and `mueller` finds Müller as `muller` does. The text that users are
 * searched by is their own alone, and every part of it stands between marks, other ones for
 * names than for addresses.
 */
export async function up(knex: Knex): Promise<void> {
  await remake(knex, AFTER);
}

export async function down(knex: Knex): Promise<void> {
  await remake(knex, BEFORE);
}

/**
 * The indexes and triggers of both tables are put aside meanwhile, and the search is built anew: for a million rows that takes a
 * small part of the time. Feeds of changes tell nothing of it, because whoever follows them reads everything when it starts.
 */
async function remake(knex: Knex, make: Make): Promise<void> {
  const aside: { type: string; name: string; sql: string }[] = await knex('sqlite_schema')
    .whereIn('tbl_name', Object.keys(MADE))
    .whereNotNull('sql')
    .where((either) => {
      either.where('type', 'trigger');
      for (const column of new Set(Object.values(MADE).flat()))
        either.orWhere((index) => index.where('type', 'index').where('sql', 'like', `%${column}%`));
    })
    .orderByRaw('rowid')
    .select('type', 'name', 'sql');
  for (const { type, name } of aside) await knex.raw(`drop ${type} ${name}`);
  for (const table of Object.keys(MADE) as Table[]) {
    await remakeRows(knex, table, make[table]);
    await knex.raw(`insert into ${table}_search (${table}_search) values ('rebuild')`);
  }
  await knex.raw(`update invitation_places set sort_name = users.sort_name from links join users on users.id = links.user_id
    where links.id = invitation_places.link_id and users.sort_name <> invitation_places.sort_name`);
  for (const { sql } of aside) await knex.raw(sql);
}

async function remakeRows(knex: Knex, table: Table, make: (row: Row) => (string | null)[]): Promise<void> {
  const made = MADE[table];
  const of = table === 'users' ? ['name', 'email', 'contact_name'] : ['name', 'email', 'emails', 'phones'];
  const set = made.map((column, n) => `${column} = one.value ->> ${n + 1}`).join(', ');
  let last = 0;
  for (;;) {
    const rows: Row[] = await knex(table)
      .where('id', '>', last)
      .orderBy('id')
      .limit(AT_ONCE)
      .select('id', ...of, ...made);
    const changed = rows
      .map((row) => ({ row, values: make(row) }))
      .filter(({ row, values }) => values.some((value, n) => value !== row[made[n]]))
      .map(({ row, values }) => [row.id, ...values]);
    await knex.raw(`update ${table} set ${set} from json_each(?) as one where ${table}.id = one.value ->> 0`, [
      JSON.stringify(changed),
    ]);
    if (rows.length < AT_ONCE) return;
    last = rows.at(-1)!.id;
    // Meanwhile whoever asks is told that the server starts.
    await setImmediate();
  }
}

function addressesOf({ emails, phones }: Row): string[] {
  const numbers: string[] = JSON.parse(phones!);
  return [...JSON.parse(emails!), ...numbers, ...numbers.map((number) => number.replace(/\D/g, ''))];
}

// How keys and texts were made when this landed. The program's own functions may change; what a migration did may not.

const LETTERS: Record<string, string> = { ł: 'l', ø: 'o', ß: 'ss', đ: 'd', ı: 'i', æ: 'ae', œ: 'oe', ς: 'σ' };
const WRITTEN_OUT: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' };

/** What needs no more than to be written small: most of a million. */
const FOLDS_EASILY = /^(?:[!-~]+(?: [!-~]+)*)?$/;

function fold(text: string): string {
  if (FOLDS_EASILY.test(text)) return text.toLowerCase();
  return normalizedAs('NFKD', text)
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[łøßđıæœς]/g, (letter) => LETTERS[letter])
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

function normalizedAs(form: 'NFC' | 'NFKD', text: string): string {
  return text.replace(/([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu, '$1').normalize(form);
}

function foldings(text: string): string[] {
  if (FOLDS_EASILY.test(text)) return [text.toLowerCase()];
  const written = normalizedAs('NFC', text)
    .toLowerCase()
    .replace(/[äöüåø]/g, (letter) => WRITTEN_OUT[letter]);
  return [...new Set([fold(text), fold(written)])];
}

function searchText(name: string, addresses: string[]): string {
  const marked = (texts: string[], mark: string) => mark + texts.flatMap(foldings).join(mark) + mark;
  return marked([name], '\n') + (addresses.length > 0 ? marked(addresses, '\t') : '');
}

function sortKey(text: string): string {
  const zeros: string[] = [];
  const key = fold(text).replace(/[0-9]+/g, (digits) => {
    const number = digits.replace(/^0+(?=[0-9])/, '');
    zeros.push('0'.repeat(digits.length - number.length));
    return `${lengthOf(number)}${number}`;
  });
  return zeros.some(Boolean) ? `${key}\u0001${zeros.join(',')}` : key;
}

function lengthOf(number: string): string {
  if (number.length < 9) return String(number.length);
  const length = String(number.length);
  return `9${lengthOf(length)}${length}`;
}
