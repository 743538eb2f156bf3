import { addressesIn, mailboxesIn, withoutAddresses } from './addresses.ts';
import { type PastedPerson, type PeopleRead, pastedPerson } from './pasted-person.ts';
import { columnNamed } from './people-columns.ts';
import { looksLikeName, personName } from './person-name.ts';

/** What stands before the addresses of a mail that was copied with its head. */
const HEADER = /^\s*(?:from|to|cc|bcc|reply-to|von|an|kopie|de|à|para)\s*:/i;
const LIST_MARK = /^\s*(?:[-*•·–—>]+\s+|\(?\d{1,4}[.)]\s+)/;
const LABEL = /^([^<>@",;:]{1,100}):(\s*[^\s@]{1,64}@[^\s@]{1,255}\s*)$/;

/** Lines of any kind that people were named in: mails, address fields, notes. */
export function readLines(lines: string[]): PeopleRead {
  const read: PeopleRead = { people: [], puzzling: [] };
  let above: { name: string; line: number } | undefined;
  for (const [n, text] of lines.entries()) {
    const line = n + 1;
    if (text.trim() === '' || columnNamed(text)) continue;
    const people = peopleIn(text, line);
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
  const reason = text.includes('@') ? 'There is no whole email address in it.' : 'There is no email address in it.';
  return { line, text: text.trim(), reason };
}

function peopleIn(text: string, line: number): PastedPerson[] {
  if (!text.includes('@')) return [];
  const bare = text.replace(HEADER, '').replace(LIST_MARK, '').replace(LABEL, '$1 $2');
  const isMail = /[<"]/.test(bare);
  const found = isMail ? mailboxesIn(bare) : addressesIn(bare).map((email) => ({ name: '', email }));
  const people = found
    .filter(({ email }) => email.includes('@'))
    .map(({ name, email }) => pastedPerson(line, { name: personName(name), email }));
  if (isMail || people.length !== 1) return people;
  const beside = withoutAddresses(bare);
  const name = personName(beside);
  return looksLikeName(name) ? [{ ...people[0], name }] : people;
}
