import { asciiDomain } from './email-address.ts';
import { latinised } from './look-alikes.ts';
import { normalizedAs } from './text.ts';

/** In units of UTF-16: no name and no email is as long, whatever marks and full-width letters it is written with. */
export const LONGEST_IDENTITY = 1_000;

/** What needs no more than to be written small: most names. */
const IS_KEYED_EASILY = /^[\w.+-]+$/;

/**
 * The key under which a name or an email address is unique and is found at sign-in. Spellings that a person would take for the
 * same (case, full width, spaces, hyphens, apostrophes, look-alike letters of another alphabet, what nobody sees, a domain in letters or in
 * ASCII) have one key, so they share one account and one attempt counter (R18).
 */
export function identityKey(text: string): string {
  // It is nobody's, and nothing is done with it (R81).
  if (text.length > LONGEST_IDENTITY) return text;
  if (IS_KEYED_EASILY.test(text)) return text.toLowerCase();
  const plain = visible(text)
    .replace(/\s+/g, ' ')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[‘’‛ʼ′`]/g, "'");
  const at = plain.lastIndexOf('@');
  const domain = asciiDomain(plain.slice(at + 1));
  return at === -1 ? lowered(latinised(plain)) : `${lowered(latinised(plain.slice(0, at)))}@${lowered(domain)}`;
}

/** What tells apart the few whose key is one and who were there before it was: their own spelling, in any case. */
function spelling(text: string): string {
  return lowered(visible(text));
}

/** Of rows that have one key, by age, the one that is meant: the one that is spelt like this, else the oldest. */
export function spelledLike<T>(rows: T[], text: string, written: (row: T) => string): T | undefined {
  return rows.find((row) => spelling(written(row)) === spelling(text)) ?? rows[0];
}

/** Whether letters of another alphabet stand in it that look like Latin ones. */
export function hasLookAlikes(text: string): boolean {
  const plain = visible(text);
  return latinised(plain) !== plain;
}

function visible(text: string): string {
  return normalizedAs('NFKC', text)
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .trim();
}

function lowered(text: string): string {
  // What nobody sees may have kept marks apart that are too many together.
  return normalizedAs('NFKC', text.toLowerCase()).replaceAll('ς', 'σ');
}
