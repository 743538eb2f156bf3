import type { ContactKind, Ownership } from '../src/contacts/contact.ts';
import { contactColumns } from '../src/contacts/contact-columns.ts';
import { ownerColumns } from '../src/contacts/contact-store.ts';
import { fold } from '../src/text/text.ts';
import { personName } from './names.ts';
import { Random, Weighted, zipf } from './random.ts';

const CITIES = [
  ['Berlin', '+49 30', 'Lindenstraße'],
  ['Lisboa', '+351 21', 'Rua do Ouro'],
  ['Kraków', '+48 12', 'ulica Długa'],
  ['Göteborg', '+46 31', 'Storgatan'],
  ['Lyon', '+33 4', 'rue de la République'],
  ['Bristol', '+44 117', 'Park Street'],
  ['Torino', '+39 011', 'via Roma'],
  ['İzmir', '+90 232', 'Atatürk Caddesi'],
] as const;
const POSITIONS = new Weighted(
  'Buyer, Head of Sales, Accountant, Plant manager, Engineer, Managing director, Assistant, Warehouse, IT, Quality'.split(
    ', ',
  ),
  (_, rank) => zipf(rank + 2, 0.6),
);
export const CONTACT_TAGS = 'fair, newsletter, key account, framework contract, to be visited, slow payer'.split(', ');

export interface Owners {
  groups: number[];
  users: number[];
}

interface Entry {
  kind: ContactKind;
  name: string;
  email: string | null;
  companyId: number | null;
  createdAt: string;
  owners: Owners;
}

/**
 * What makes a contact look lived with: where it is, how to reach it, whose it is. It draws from a chance of its own, so
 * that the users stay the same whatever is added here.
 */
export class AddressBook {
  private readonly random = new Random(20_261_123);

  row({ kind, name, email, companyId, createdAt, owners }: Entry) {
    const { random } = this;
    const [city, code, street] = random.pick(CITIES);
    const number = () => `${code} ${String(random.below(9_000_000) + 1_000_000).replace(/(\d{3})(\d{2})/, '$1 $2 ')}`;
    const phones = random.chance(0.75) ? [number(), ...(random.chance(0.25) ? [number()] : [])] : [];
    const emails = email === null ? [] : [email, ...(random.chance(0.1) ? [email.replace('@', '+2@')] : [])];
    return {
      kind,
      ...contactColumns({ name, emails, phones }),
      address: random.chance(kind === 'company' ? 0.9 : 0.3) ? `${street} ${1 + random.below(180)}\n${city}` : '',
      position: kind === 'person' && companyId !== null ? POSITIONS.pick(random) : '',
      company_id: companyId,
      ...ownerColumns(this.owner(owners)),
      created_at: createdAt,
    };
  }

  /** Most are everybody's. */
  private owner({ groups, users }: Owners): Ownership {
    const { random } = this;
    const of = random.next();
    const isGroups = of < 0.12 && groups.length > 0;
    const isPrivate = of > 0.95 && users.length > 0;
    return {
      ownerUserId: isPrivate ? random.pick(users) : null,
      ownerGroupId: isGroups ? random.pick(groups) : null,
    };
  }

  /** One tag at most, for one in five. */
  tag(ids: number[]): number | undefined {
    return this.random.chance(0.2) ? this.random.pick(ids) : undefined;
  }

  /** Those of a company who are known and do not sign in. */
  people(company: { id: number; name: string }, createdAt: string, owners: Owners) {
    const host = `${fold(company.name).split(' ').slice(0, 2).join('-')}.example`;
    return Array.from({ length: this.random.below(4) }, () => {
      const { full, plain } = personName(this.random);
      return this.row({
        kind: 'person',
        name: full,
        email: `${plain.replaceAll('’', '')}@${host}`,
        companyId: company.id,
        createdAt,
        owners,
      });
    });
  }
}
