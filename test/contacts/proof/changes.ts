import { instant } from '../../../src/clock.ts';
import { ACCOUNT_TYPES } from '../../../src/contacts/contact.ts';
import { contactColumns } from '../../../src/contacts/contact-columns.ts';
import type { Transaction } from '../../../src/db/database.ts';
import { sortKey } from '../../../src/text/sort-key.ts';
import type { Chance } from '../../support/chance.ts';
import { type Change, CHANGES as OF_USERS, some, word } from '../../users/proof/changes.ts';

/** What a contact is called and reached by. */
function made(chance: Chance) {
  const emails = chance.few([word(chance), word(chance)]).map((name) => `${name}@example.com`);
  const phones = chance.few(['+49 30 1001', '030 / 22-10']);
  return contactColumns({ name: `${word(chance)} ${word(chance)}`, emails, phones });
}

async function toggle(trx: Transaction, table: string, row: object): Promise<void> {
  if ((await trx(table).where(row).delete()) === 0) await trx(table).insert(row);
}

/** The most common of all, and what a kept search must follow. */
export const RENAMING: Change = async (trx, chance) =>
  trx('contacts')
    .where('id', await some(trx, 'contacts', chance))
    .update(made(chance));

const OF_CONTACTS: Change[] = [
  async (trx, chance, now) =>
    trx('contacts').insert({ kind: chance.one(['person', 'company']), ...made(chance), created_at: instant(now) }),
  async (trx, chance) =>
    trx('contacts')
      .where('id', await some(trx, 'contacts', chance))
      .update({ kind: chance.one(['person', 'company']) }),
  async (trx, chance) =>
    trx('contacts')
      .where('id', await some(trx, 'contacts', chance))
      .update({ company_id: chance.one([null, 1, 2, 3]) }),
  async (trx, chance) =>
    toggle(trx, 'accounts', {
      contact_id: await some(trx, 'contacts', chance),
      type: chance.one(ACCOUNT_TYPES),
    }),
  async (trx, chance) =>
    toggle(trx, 'contact_tags', {
      contact_id: await some(trx, 'contacts', chance),
      tag_id: await some(trx, 'tags', chance),
    }),
  async (trx, chance) => {
    const id = await some(trx, 'groups', chance);
    const name = `${word(chance)} ${id}`;
    // Plain SQL orders groups by their keys, and the list by what names are sorted by.
    await trx('groups')
      .where({ id })
      .update({ name, name_key: sortKey(name) });
  },
];

/** What happens to users and groups decides who sees which contact, and as whom somebody signs in. */
export const CHANGES: Change[] = [...OF_USERS, ...OF_CONTACTS, ...OF_CONTACTS];
