import { domainToASCII, domainToUnicode } from 'node:url';
import type { Knex } from 'knex';
import * as before from './text.ts';

type Row = Record<string, string | number | null>;

const AT_ONCE = 2_000;
const UNIQUE = [
  ['users', 'name'],
  ['users', 'email'],
  ['groups', 'name'],
];

/**
 * Names that differ in spaces, hyphens, apostrophes or look-alike letters, and addresses that differ in how their domain is
 * written, get one key. Whoever had a key of their own before keeps what they sign in by: of those that share one now, all but the
 * oldest are told apart by a twin, which is their id.
 */
export async function up(knex: Knex): Promise<void> {
  for (const [table, column] of UNIQUE) {
    await knex.raw(`alter table ${table} add column ${column}_twin integer not null default 0`);
    await knex.raw(`drop index ${table}_unique_${column}_key`);
  }
  await eachRow(knex, 'users', ['name', 'name_key', 'email', 'email_key'], (row) => ({
    name_key: identityKey(`${row.name}`),
    email_key: identityKey(`${row.email}`),
  }));
  await eachRow(knex, 'groups', ['name', 'name_key'], (row) => ({ name_key: identityKey(`${row.name}`) }));
  await eachRow(knex, 'contacts', ['email', 'email_key', 'emails', 'search_text'], (row) => {
    const emails: string[] = JSON.parse(`${row.emails}`);
    const readable = [...new Set(emails.map(readableEmail))];
    if (readable.length === 0) return row;
    return {
      email: readable[0],
      email_key: identityKey(readable[0]),
      emails: JSON.stringify(readable),
      search_text: emails.reduce(
        (text, one) => text.replace(before.fold(one), before.fold(readableEmail(one))),
        `${row.search_text}`,
      ),
    };
  });
  for (const [table, column] of UNIQUE) {
    const twins = await tellTwinsApart(knex, table, column);
    if (column === 'email') await writeInLetters(knex, twins);
    await knex.raw(
      `create unique index ${table}_unique_${column}_key on ${table} (${column}_key, ${column}_twin) where activity <> 'deleted'`,
    );
    // Few or none: whoever is to rename them is told without a look at all the others.
    await knex.raw(`create index ${table}_${column}_twins on ${table} (${column}_twin) where ${column}_twin <> 0`);
  }
  await mergeTags(knex);
}

export async function down(knex: Knex): Promise<void> {
  for (const [table, column] of UNIQUE) {
    await knex.raw(`drop index ${table}_unique_${column}_key`);
    await knex.raw(`drop index ${table}_${column}_twins`);
    await knex.raw(`alter table ${table} drop column ${column}_twin`);
    const key = `${column}_key`;
    await eachRow(knex, table, [column, key], (row) => ({ [key]: before.identityKey(`${row[column]}`) }));
    await knex.raw(`create unique index ${table}_unique_${key} on ${table} (${key}) where activity <> 'deleted'`);
  }
  await eachRow(knex, 'tags', ['name', 'name_key'], (row) => ({ name_key: before.identityKey(`${row.name}`) }));
  await eachRow(knex, 'contacts', ['email', 'email_key'], (row) => ({
    email_key: row.email === null ? null : before.identityKey(`${row.email}`),
  }));
}

/** Writes only what changes: there may be a million. */
async function eachRow(knex: Knex, table: string, columns: string[], changed: (row: Row) => Row): Promise<void> {
  let last = 0;
  for (;;) {
    const rows: (Row & { id: number })[] = await knex(table)
      .where('id', '>', last)
      .orderBy('id')
      .limit(AT_ONCE)
      .select('id', ...columns);
    for (const row of rows) {
      const changes = Object.entries(changed(row)).filter(([column, value]) => value !== row[column]);
      if (changes.length > 0) await knex(table).where('id', row.id).update(Object.fromEntries(changes));
    }
    if (rows.length < AT_ONCE) return;
    last = rows.at(-1)!.id;
  }
}

/** The addresses of users in letters, but for those who are told apart by how theirs is written. */
async function writeInLetters(knex: Knex, twins: Set<number>): Promise<void> {
  await eachRow(knex, 'users', ['email', 'search_text'], (row) => {
    if (twins.has(Number(row.id))) return row;
    const email = readableEmail(`${row.email}`);
    return { email, search_text: `${row.search_text}`.replace(before.fold(`${row.email}`), before.fold(email)) };
  });
}

/** Returns the ids of all who share a key. */
async function tellTwinsApart(knex: Knex, table: string, column: string): Promise<Set<number>> {
  const shared = knex(table)
    .whereNot('activity', 'deleted')
    .groupBy(`${column}_key`)
    .havingRaw('count(*) > 1')
    .select(`${column}_key`);
  const rows = await knex(table)
    .whereNot('activity', 'deleted')
    .whereIn(`${column}_key`, shared)
    .orderBy('id')
    .select('id', `${column}_key as key`);
  const seen = new Set<string>();
  for (const { id, key } of rows) {
    if (seen.has(key))
      await knex(table)
        .where({ id })
        .update({ [`${column}_twin`]: id });
    seen.add(key);
  }
  return new Set(rows.map((row) => row.id));
}

/** Two tags that are one now: the older takes over what the other was given to. */
async function mergeTags(knex: Knex): Promise<void> {
  const idOf = new Map<string, number>();
  for (const { id, name } of await knex('tags').orderBy('id')) {
    const key = identityKey(name);
    const older = idOf.get(key);
    if (older === undefined) {
      idOf.set(key, id);
      continue;
    }
    for (const tagged of ['user', 'group', 'contact']) {
      const table = `${tagged}_tags`;
      const carriers: number[] = await knex(table).where('tag_id', id).pluck(`${tagged}_id`);
      for (const carrier of carriers)
        await knex(table)
          .insert({ [`${tagged}_id`]: carrier, tag_id: older })
          .onConflict([`${tagged}_id`, 'tag_id'])
          .ignore();
      await knex(table).where('tag_id', id).delete();
    }
    await knex('tags').where({ id }).delete();
  }
  await eachRow(knex, 'tags', ['name', 'name_key'], (row) => ({ name_key: identityKey(`${row.name}`) }));
}

// How keys were made when this landed. The program's own functions may change; what a migration did may not.

const LOOKS = new Map(
  [
    ['АВЕЁЅІЇЈКМНОРСТУХѴԌԚԜӀ', 'ABEËSIÏJKMHOPCTYXVGQWI'],
    ['аеёѕіїјкорсухѵԁһԛԝӏ', 'aeësiïjkopcyxvdhqwl'],
    ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
    ['αγηικνορυχ', 'aynikvopux'],
    ['ՕՍհոսցօյ', 'OUhnugoj'],
    ['ᎪᏴᏟᎠᎬᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ', 'ABCDEHJKLMPRSTVWZ'],
    ['ꭺᏼꮯꭰꭼꮋꭻꮶꮮꮇꮲꭱꮪꭲꮩꮃꮓ', 'abcdehjklmprstvwz'],
    ['ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɡɑıȷ', 'abcdefghijklmnoprstuvwyzgaij'],
  ].flatMap(([others, latin]) => [...others].map((letter, n) => [letter, [...latin][n]] as const)),
);

function latinised(text: string): string {
  return text.replace(/[\p{L}\p{M}]+/gu, (word) => {
    const letters = [...word];
    if (/\p{Script=Latin}/u.test(word)) return letters.map((letter) => LOOKS.get(letter) ?? letter).join('');
    const looks = letters.map(looksInAnyCase);
    return looks.includes(undefined) ? word : looks.join('');
  });
}

function looksInAnyCase(letter: string): string | undefined {
  return LOOKS.get(letter.toUpperCase())?.toLowerCase() ?? LOOKS.get(letter.toLowerCase());
}

function identityKey(text: string): string {
  const plain = bounded(text)
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[‘’‛ʼ′`]/g, "'");
  const at = plain.lastIndexOf('@');
  const domain = asciiDomain(plain.slice(at + 1));
  return at === -1 ? lowered(latinised(plain)) : `${lowered(latinised(plain.slice(0, at)))}@${lowered(domain)}`;
}

function readableEmail(text: string): string {
  const at = text.lastIndexOf('@');
  if (at === -1) return text;
  const domain = text.slice(at + 1);
  const ascii = asciiDomain(domain);
  if (!ascii.includes('xn--') && ascii.toLowerCase() === domain.toLowerCase()) return text;
  const letters = domainToUnicode(ascii);
  return `${text.slice(0, at)}@${latinised(letters) === letters ? letters : ascii}`;
}

function asciiDomain(domain: string): string {
  // What is ASCII already would be read as a host: 1.2 would become 1.0.0.2.
  if (/^[\x20-\x7e]*$/.test(domain)) return domain.toLowerCase();
  // And of an address what follows the host would be left out, with no word about it, and % would be decoded.
  if (/[/?#%\\\p{Cc}]/u.test(domain)) return domain;
  return domainToASCII(domain) || domain;
}

function lowered(text: string): string {
  return bounded(text.toLowerCase()).normalize('NFKC').replaceAll('ς', 'σ');
}

/** Marks beyond thirty on one letter make normalising slow. */
function bounded(text: string): string {
  return text.replace(/([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu, '$1');
}
