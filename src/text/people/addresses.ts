import addressparser from 'nodemailer/lib/addressparser';

/** A mailbox as a list of addresses names it; either may be empty. */
export interface Mailbox {
  name: string;
  email: string;
}

/** What no address has in it parts a text into pieces. A pattern of whole addresses would look for the @ anew from each letter. */
const PIECES = /[^\s<>()[\]{}"“”„«»‹›,;|]+/g;
/** Longer than any address: what it would cost to look at its end grows with its square. */
const LONGEST = 400;
/** Quotes as they are set, which stand around names and addresses like others. */
const SET_QUOTES = /[“”„‟«»]/g;
/** An address in brackets behind a name, as in "Maria Müller (maria@example.com)". */
const BRACKETED = /(\S\s*)[([{‹]\s*((?:mailto:|smtp:)?[^\s()[\]{}<>‹›"@]{1,64}@[^\s()[\]{}<>‹›"@]{1,255})\s*[)\]}›]/gi;
/** One after the other without anything between them, as some programs copy them. */
const NEXT = /(>)(?=\s*[^\s,;<>()"])/g;

/** The line with its addresses written as mail programs write them. */
export function asMailboxes(line: string): string {
  return line.replace(SET_QUOTES, '"').replace(BRACKETED, '$1<$2>');
}

/** The mailboxes of a line as mail programs write it: "Müller, Maria <maria@example.com>; tom@example.com". */
export function mailboxesIn(line: string): Mailbox[] {
  const quotes = line.split('"').length - 1;
  // A quote that nobody closed would swallow all that follows.
  const closed = quotes % 2 === 0 ? line : line.replaceAll('"', ' ');
  return addressparser(closed.replace(NEXT, '$1,'), { flatten: true }).map(({ name, address }) => ({
    name,
    email: bareAddress(address),
  }));
}

/** An address with what a copied link, or a program, has around it; and one before the name in brackets. */
const WRAPPED = /^['"‘’]*(?:mailto:|smtp:|(?<=['"‘’]))[^<>@\s]+@[^<>@\s]+$/i;
const NAMED_BEHIND = /^([^<>()@\s]+@[^<>()@\s]+)\s*\([^()@]*\)$/;
const IN_BRACKETS = /<[^<>@\s]+@[^<>@\s]+>\s*[,;]?\s*$/;

/** What is looked for where somebody pastes "Maria Müller <maria@example.com>", or "mailto:maria@example.com": the address. Any other text is as it is. */
export function searchedFor(text: string): string {
  if (text.length > LONGEST) return text;
  if (WRAPPED.test(text)) return bareAddress(text);
  const bare = NAMED_BEHIND.exec(text)?.[1];
  if (bare !== undefined) return bare;
  const written = asMailboxes(text);
  if (!IN_BRACKETS.test(written)) return text;
  const [mailbox, ...more] = mailboxesIn(written);
  return more.length === 0 ? mailbox.email : text;
}

/** What has the shape of an address in a text of any kind, in its order. */
export function addressesIn(text: string): string[] {
  return (text.match(PIECES) ?? []).filter(isAddressed).map(bareAddress);
}

/** The text without them. */
export function withoutAddresses(text: string): string {
  return text.replace(PIECES, (piece) => (isAddressed(piece) ? ' ' : piece));
}

function isAddressed(piece: string): boolean {
  const bare = bareAddress(piece);
  const at = bare.indexOf('@');
  return at > 0 && at < bare.length - 1;
}

/** Without what is written around an address and is no part of it. */
function bareAddress(text: string): string {
  if (text.length > LONGEST) return text;
  return text
    .replace(/^[<'"‘’]*(?:mailto:|smtp:)?|(?<![>'"‘’.:!?\])}])[>'"‘’.:!?\])}]+$/gi, '')
    .replace(/\?(?:subject|body|cc|bcc)=.*$/i, '')
    .trim();
}
