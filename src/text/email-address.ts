import { domainToASCII, domainToUnicode } from 'node:url';
import { latinised } from './look-alikes.ts';

/** What would need quotes, or could make a second address or a header out of one (R46). */
const NEVER = /[\s@<>()[\],;:"\\“”„‟«»‘’‚‛\p{Cc}]/u;
/** Punctuation is no part of a domain, but for the dots and what some scripts write within a word (RFC 5892, appendix A). */
const NO_DOMAIN = /(?![-－.．。｡·・׳״])[\s\p{P}\p{Sm}\p{Cc}]/u;
/** Longer than any, whatever was typed around it: nothing is looked for in it (R81). */
const LONGEST = 1_000;
const DASHES = /[\u2010-\u2015\u2212]/g;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Whether a text has the shape of one email address that a mail server could take (RFC 5321, without quoted parts). */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  if (text.length > 254 || local.length > 64 || !local.split('.').every((part) => part !== '' && !NEVER.test(part)))
    return false;
  const domain = text.slice(at + 1);
  const ascii = asciiDomain(domain);
  const labels = [...domain.split('.'), ...ascii.split('.')];
  return (
    !NO_DOMAIN.test(domain) &&
    labels.every((label) => !/^-|-$/.test(label)) &&
    ascii.split('.').every((label) => LABEL.test(label)) &&
    /\D/.test(labels.at(-1)!) &&
    ascii.length <= 253
  );
}

/** The key beside it, behind the @. */
const COMMA_FOR_DOT = /(?<=@[^@\s,]+),(?=[^@\s,]+$)/;

/** The address that was probably meant by a text that is none; undefined where nothing can be made of it. */
export function probableEmail(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  const written = text.replace(/^\s*mailto:/i, '').replace(COMMA_FOR_DOT, '.');
  const bare = written.replace(/[\s<>()[\],;:"\\“”„‟«»‘’‚‛]/g, '');
  const at = bare.lastIndexOf('@');
  const tidy = (part: string) => part.replace(/\.{2,}/g, '.').replace(/^\.|\.$/g, '');
  const domain = tidy(bare.slice(at + 1))
    .split('.')
    .map((label) => label.replace(DASHES, '-').replace(/^-+|(?<!-)-+$/g, ''))
    .join('.');
  const probable = `${tidy(bare.slice(0, Math.max(at, 0)))}@${domain}`;
  // Of .org alone nobody can tell what stood before it.
  const isWhole = domain.includes('.') || !bare.slice(at + 1).includes('.');
  return probable !== text && isWhole && isEmailAddress(probable) ? probable : undefined;
}

/** What is said of a text that is no email address. */
export function emailMistake(text: string): string {
  const probable = probableEmail(text);
  return probable
    ? `That is no email address. Did you mean ${probable}?`
    : 'Enter one email address, such as maria@example.com.';
}

/**
 * The address with its domain in letters, as people write it: browsers send it in ASCII. A domain that could be read as a Latin
 * one stays in ASCII, where nobody takes it for another (UTS 39).
 */
export function readableEmail(text: string): string {
  const [local, domain] = splitAtDomain(text);
  if (domain === undefined || text.length > LONGEST) return text;
  const ascii = asciiDomain(domain);
  if (!ascii.includes('xn--') && ascii.toLowerCase() === domain.toLowerCase()) return text;
  const letters = domainToUnicode(ascii);
  return `${local}@${latinised(letters) === letters ? letters : ascii}`;
}

/** The domain as mail servers know it (IDNA, RFC 5891). What is no domain is returned as it is. */
export function asciiDomain(domain: string): string {
  // What is ASCII already would be read as a host: 1.2 would become 1.0.0.2.
  if (/^[\x20-\x7e]*$/.test(domain)) return domain.toLowerCase();
  // And of an address what follows the host would be left out, with no word about it, and % would be decoded.
  if (/[/?#%\\\p{Cc}]/u.test(domain)) return domain;
  return domainToASCII(domain) || domain;
}

function splitAtDomain(text: string): [local: string, domain?: string] {
  const at = text.lastIndexOf('@');
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
