import { type PastedPerson, pastedPerson } from './pasted-person.ts';
import { personName } from './person-name.ts';

/** The people of an address book that was copied as vCards (RFC 6350): of each the name and the first address. */
export function readVcards(lines: string[]): PastedPerson[] {
  const people: PastedPerson[] = [];
  let card: PastedPerson | undefined;
  for (const [n, text] of lines.entries()) {
    const [, property = '', value = ''] = /^(?:[\w-]+\.)?([A-Z]+)(?:;[^:]*)?:(.*)$/i.exec(text.slice(0, 1_000)) ?? [];
    const name = property.toUpperCase();
    if (name === 'BEGIN') card = pastedPerson(n + 1, {});
    if (!card) continue;
    if (name === 'FN') card.name = personName(unescaped(value));
    if (name === 'N' && card.name === '') card.name = personName(unescaped(value.split(';').slice(0, 2).join(', ')));
    if (name === 'EMAIL' && card.email === '') card.email = value.trim();
    if (name === 'END') {
      people.push(card);
      card = undefined;
    }
  }
  return people;
}

function unescaped(value: string): string {
  return value.replace(/\\([,;\\])/g, '$1');
}
