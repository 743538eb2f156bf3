import type { Reader } from '../db/database.ts';
import { identityKey } from '../text/identity-key.ts';
import type { PastedPerson } from '../text/people/pasted-person.ts';
import { findUserIdsByIdentifier } from '../users/user-lookup.ts';

/** After what people are called to sign in: themselves, or the part of their address before the @. */
export type NameSource = 'person' | 'email';

/** How often one is counted on before it is left to a person to find another name. */
const MOST_NAMESAKES = 20;

/** A sign-in name for each that nobody else has: no user, and nobody before in the list. None for who is a user already. */
export async function proposedNames(
  db: Reader,
  people: PastedPerson[],
  source: NameSource,
): Promise<(string | undefined)[]> {
  const identifiers = people.map(({ email, name }) => email || name);
  const bases = people.map((person) => baseOf(person, source));
  const users = await findUserIdsByIdentifier(db, [...new Set([...bases, ...identifiers])]);
  // The others of a name are asked for only where it is somebody's already, in the list or before it.
  const isSeveral = severalAmong(bases);
  const wanted = bases.filter((base) => users.has(base) || isSeveral(base)).flatMap(variantsOf);
  const more = wanted.length > 0 ? await findUserIdsByIdentifier(db, [...new Set(wanted)]) : new Map<string, number>();
  const given = new Set([...users.keys(), ...more.keys()].map(identityKey));
  return bases.map((base, n) => {
    if (users.has(identifiers[n])) return undefined;
    const name = [base, ...variantsOf(base)].find((one) => !given.has(identityKey(one))) ?? base;
    given.add(identityKey(name));
    return name;
  });
}

function severalAmong(names: string[]): (name: string) => boolean {
  const counts = Map.groupBy(names, identityKey);
  return (name) => (counts.get(identityKey(name))?.length ?? 0) > 1;
}

function baseOf({ login, name, email }: PastedPerson, source: NameSource): string {
  // A name holds no @, which would look like an email address.
  const [local] = email.split('@');
  const address = local.split('+')[0].toLowerCase();
  const own = login.includes('@') ? '' : login;
  return own || (source === 'email' ? address || name : name || address);
}

/** "maria2", "maria3"; with a space where there are others in it. */
function variantsOf(base: string): string[] {
  if (base === '') return [];
  const space = base.includes(' ') ? ' ' : '';
  return Array.from({ length: MOST_NAMESAKES }, (_, n) => `${base}${space}${n + 2}`);
}
