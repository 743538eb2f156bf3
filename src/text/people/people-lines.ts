import { addressesIn, asMailboxes, mailboxesIn, withoutAddresses } from './addresses.ts';
import { type PastedPerson, type PeopleRead, pastedPerson } from './pasted-person.ts';
import { columnNamed } from './people-columns.ts';
import { looksLikeName, personName } from './person-name.ts';

/** What stands before the addresses of a mail that was copied with its head. */
const HEADER = /^\s*(?:from|to|cc|bcc|reply-to|von|an|kopie|de|à|para)\s*:/i;
const LIST_MARK = /^\s*(?:[-*•·–—>]+\s+|\(?\d{1,4}(?:[.):]|\s+[-–—])\s+|\(?[a-z]\)\s+)/i;
/** Between people of one line. */
const BETWEEN = /[,;|]|\s(?:and|und|sowie|et|y|&)\s/i;
const LINKING = /^(?:and|und|sowie|et|y|&)\s+/i;
export const NO_ADDRESS = 'There is no email address in it.';
const LABEL = /^([^<>@",;:]{1,100}):(\s*[^\s@]{1,64}@[^\s@]{1,255}\s*)$/;

/** Lines of any kind that people were named in: mails, address fields, notes. */
export function readLines(lines: string[]): PeopleRead {
  const read: PeopleRead = { people: [], puzzling: [] };
  let above: { name: string; line: number } | undefined;
  for (const [n, text] of lines.entries()) {
    const line = n + 1;
    if (text.trim() === '' || columnNamed(text)) continue;
    const { people, unaddressed } = peopleIn(text, line);
    for (const one of unaddressed) read.puzzling.push({ line, text: one, reason: NO_ADDRESS });
    const [only] = people;
    if (above && people.length === 1 && only.name === '') people[0] = { ...only, ...above };
    else if (above) read.puzzling.push(nobody(above.line, lines[above.line - 1]));
    above = undefined;
    if (people.length > 0) for (const person of people) read.people.push(person);
    // It may be the name of whose address stands in the next line.
    else if (!/[,;:.!?]\s*$/.test(text.slice(-100)) && looksLikeName(text.trim()))
      above = { name: personName(text), line };
    else read.puzzling.push(nobody(line, text));
  }
  if (above) read.puzzling.push(nobody(above.line, lines[above.line - 1]));
  return read;
}

function nobody(line: number, text: string) {
  const reason = text.includes('@') ? 'There is no whole email address in it.' : NO_ADDRESS;
  return { line, text: text.trim(), reason };
}

/** Who stands in a line, and what stands among them like somebody without an address. */
function peopleIn(text: string, line: number): { people: PastedPerson[]; unaddressed: string[] } {
  if (!text.includes('@')) return { people: [], unaddressed: [] };
  const bare = text.replace(HEADER, '').replace(LIST_MARK, '').replace(LABEL, '$1 $2');
  const person = (email: string, name = '') => pastedPerson(line, { name, email });
  const mail = asMailboxes(bare);
  if (!/[<"]/.test(mail)) {
    const parts = namedParts(bare);
    const found = parts.length > 0 ? parts : addressesIn(bare).map((email) => ({ name: '', email }));
    return { people: found.map(({ name, email }) => person(email, name)), unaddressed: [] };
  }
  const isWritten = /[<"]/.test(bare);
  const found = mailboxesIn(mail);
  const named = (name: string) => {
    const said = personName(name.replace(LINKING, ''));
    return isWritten || looksLikeName(said) ? said : '';
  };
  const whole = found.filter(({ email }) => email.includes('@'));
  const others = found.filter(({ email }) => !email.includes('@')).map(({ name, email }) => (name || email).trim());
  return {
    people: whole.map(({ name, email }) => person(email, named(name))),
    unaddressed: whole.length > 0 ? others.filter(Boolean) : [],
  };
}

/** Of a line without marks around its addresses those, each with the name that stands beside it or in the part next to it. */
function namedParts(line: string): { name: string; email: string }[] {
  const addresses = addressesIn(line);
  if (addresses.length < 2) return addresses.map((email) => ({ email, name: nameIn(line) }));
  const parts = line.split(BETWEEN).filter((part) => part.trim() !== '');
  const emailsOf = parts.map(addressesIn);
  if (emailsOf.some(({ length }) => length > 1)) return [];
  const isPaired =
    parts.length === addresses.length * 2 && emailsOf.every((emails, n) => emails.length === emailsOf[n % 2].length);
  if (!isPaired) return parts.flatMap((part, n) => emailsOf[n].map((email) => ({ email, name: nameIn(part) })));
  const beside = emailsOf[0].length === 1 ? 1 : -1;
  return parts.flatMap((_, n) => emailsOf[n].map((email) => ({ email, name: nameIn(parts[n + beside]) })));
}

function nameIn(part: string): string {
  const name = personName(withoutAddresses(part).replace(LINKING, ''));
  return looksLikeName(name) ? name : '';
}
