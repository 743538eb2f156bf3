import type { Facts } from '../../verbs/action.ts';
import { tagFacts } from '../../verbs/facts.ts';
import type { ContactDetails } from './contact-details.ts';

/** The facts that are one for each account. */
const ACCOUNT = 'account:';

const accountFact = (type: string) => `${ACCOUNT}${type}`;

/** The account of a fact that is about one. */
export function accountOf(field: string): string | undefined {
  return field.startsWith(ACCOUNT) ? field.slice(ACCOUNT.length) : undefined;
}

/** All that stands in a contact and that an action may have written, by field: what Undo compares and brings back. */
export function factsOf(details: ContactDetails): Facts {
  const { name, emails, phones, address, position, description, company, owner, accounts, tags } = details;
  return {
    name,
    emails,
    phones,
    address,
    position,
    description,
    companyId: company?.id ?? null,
    owner,
    ...Object.fromEntries(accounts.map((type) => [accountFact(type), true])),
    ...tagFacts(tags),
  };
}
