import { setImmediate } from 'node:timers/promises';
import type { Knex } from 'knex';

const AT_ONCE = 1_000;
const OF = { users: ['name', 'email'], contacts: ['name', 'emails', 'phones'] };
type Table = keyof typeof OF;

interface Row {
  id: number;
  name: string;
  email?: string | null;
  emails?: string;
  phones?: string;
}

/**
 * What is typed for an apostrophe or a hyphen finds the others: `O'Brien` is found as `O’Brien` is. Whoever has one of the others in their name or
 * address gets another text to be searched by; the index of those texts follows by its triggers.
 */
export async function up(knex: Knex): Promise<void> {
  await remake(knex, (text) => text.replace(APOSTROPHES, "'").replace(HYPHENS, '-'));
}

export async function down(knex: Knex): Promise<void> {
  await remake(knex, (text) => text);
}

async function remake(knex: Knex, alike: (text: string) => string): Promise<void> {
  for (const table of Object.keys(OF) as Table[])
    for (let last = 0; ; ) {
      const rows: Row[] = await knex(table)
        .where('id', '>', last)
        .where((either) => {
          for (const sign of SIGNS) for (const column of OF[table]) either.orWhere(column, 'like', `%${sign}%`);
        })
        .orderBy('id')
        .limit(AT_ONCE)
        .select('id', ...OF[table]);
      for (const row of rows)
        await knex(table)
          .where('id', row.id)
          .update({ search_text: searchText(alike(row.name), addressesOf(row).map(alike)) });
      if (rows.length < AT_ONCE) break;
      last = rows[rows.length - 1].id;
      // Meanwhile whoever asks is told that the server starts.
      await setImmediate();
    }
}

function addressesOf({ email, emails, phones }: Row): string[] {
  if (emails === undefined || phones === undefined) return email ? [email] : [];
  const numbers: string[] = JSON.parse(phones);
  return [...JSON.parse(emails), ...numbers, ...numbers.map((number) => number.replace(/\D/g, ''))];
}

// How texts were made when this landed. The program's own functions may change; what a migration did may not.

const APOSTROPHES = /[‘’‛ʼʻ′´`]/g;
const HYPHENS = /[\u2010-\u2015\u2212]/g;
const SIGNS = [...'‘’‛ʼʻ′´`\u2010\u2011\u2012\u2013\u2014\u2015\u2212'];
const LETTERS: Record<string, string> = { ł: 'l', ø: 'o', ß: 'ss', đ: 'd', ı: 'i', æ: 'ae', œ: 'oe', ς: 'σ' };
const WRITTEN_OUT: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' };

function fold(text: string): string {
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
  const written = normalizedAs('NFC', text)
    .toLowerCase()
    .replace(/[äöüåø]/g, (letter) => WRITTEN_OUT[letter]);
  return [...new Set([fold(text), fold(written)])];
}

function searchText(name: string, addresses: string[]): string {
  const marked = (texts: string[], mark: string) => mark + texts.flatMap(foldings).join(mark) + mark;
  return marked([name], '\n') + (addresses.length > 0 ? marked(addresses, '\t') : '');
}
