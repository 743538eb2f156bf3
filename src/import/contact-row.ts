import { ACCOUNT_TYPES, type AccountType, type Contact, type ContactKind } from '../contacts/contact.ts';
import { checkContact, typedContact } from '../contacts/contact-form.ts';
import { quoted } from '../text/quoted.ts';
import { fold } from '../text/text.ts';
import type { ImportedRow } from './imported-row.ts';

/** What a line says of a contact; undefined is what it does not say. */
export interface ContactRowValues {
  kind?: ContactKind;
  name?: string;
  emails?: string[];
  phones?: string[];
  address?: string;
  position?: string;
  description?: string;
  /** By its name; empty for none. */
  company?: string;
  accounts?: AccountType[];
  tags?: string[];
  activity?: string;
}

const KINDS: Record<string, ContactKind> = {
  person: 'person',
  company: 'company',
  firma: 'company',
  organisation: 'company',
  organization: 'company',
};

const TEXTS = ['name', 'address', 'position', 'description'] as const;
const LISTS = ['emails', 'phones', 'accounts', 'tags'] as const;
const MOST_IN_CELL = 200;

/** Checks each value as the form does: what it says, or what is wrong with it, in one sentence for each. */
export function checkContactRow(
  { values, mistake }: ImportedRow,
  stored: Contact | undefined,
): { values: ContactRowValues; mistakes: string[] } {
  const text = (key: (typeof TEXTS)[number] | 'kind' | 'company' | 'activity') => values[key] as string | undefined;
  const list = (key: (typeof LISTS)[number]) => values[key] as string[] | undefined;
  if (LISTS.some((key) => (list(key)?.length ?? 0) > MOST_IN_CELL))
    return { values: {}, mistakes: [`A cell holds more than ${MOST_IN_CELL} values.`] };
  const mistakes: string[] = mistake === undefined ? [] : [mistake];
  const kindText = fold(text('kind') ?? '');
  const kind = kindText === '' ? undefined : KINDS[kindText];
  if (kindText !== '' && !kind) mistakes.push(`The kind ${quoted(text('kind')!)} is neither person nor company.`);
  const accounts = list('accounts')?.map((one) => fold(one));
  const unknown = list('accounts')?.find((one) => !ACCOUNT_TYPES.some((type) => type === fold(one)));
  if (unknown !== undefined) mistakes.push(`There is no account ${quoted(unknown)}.`);
  const typed = {
    ...typedContact({}),
    owner: 'public',
    kind: kind ?? 'person',
    // Whoever is found otherwise keeps their name.
    name: text('name') || stored?.name || (list('emails')?.[0] ?? ''),
    emails: (list('emails') ?? []).join('\n'),
    phones: (list('phones') ?? []).join('\n'),
    address: text('address') ?? '',
    position: text('position') ?? '',
    description: text('description') ?? '',
    accounts: accounts ?? [],
    tags: (list('tags') ?? []).join(','),
  };
  const { values: checked, errors } = checkContact(typed, { emails: stored?.emails ?? [] });
  if (errors) return { values: {}, mistakes: [...mistakes, ...Object.values(errors)] };
  const said = <Key extends keyof typeof values, T>(key: Key, value: T) =>
    values[key] === undefined ? undefined : value;
  return {
    mistakes,
    values: {
      kind,
      name: text('name') ? checked.name : undefined,
      emails: said('emails', checked.emails),
      phones: said('phones', checked.phones),
      address: said('address', checked.address),
      position: said('position', checked.position),
      description: said('description', checked.description),
      company: said('company', text('company') ?? ''),
      accounts: said('accounts', checked.accounts),
      tags: said('tags', checked.tags),
      activity: text('activity') || undefined,
    },
  };
}
