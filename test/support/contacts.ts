import { contactColumns } from '../../src/contacts/contact-columns.ts';
import type { TestApp } from './app.ts';

interface NewContact {
  name: string;
  kind?: 'person' | 'company';
  emails?: string[];
  phones?: string[];
  /** A user's id or a group's; with neither it is public. */
  ownerUserId?: number;
  ownerGroupId?: number;
  companyId?: number;
  accounts?: string[];
  activity?: 'active' | 'deleted';
}

/** A contact as it stands in the database, past all forms and rights. */
export async function addContact({ db, clock }: TestApp, contact: NewContact): Promise<number> {
  const { name, kind = 'person', emails = [], phones = [], accounts = [], activity = 'active' } = contact;
  return db.write(async (trx) => {
    const [{ id }] = await trx('contacts')
      .insert({
        kind,
        ...contactColumns({ name, emails, phones }),
        owner_user_id: contact.ownerUserId ?? null,
        owner_group_id: contact.ownerGroupId ?? null,
        company_id: contact.companyId ?? null,
        activity,
        created_at: new Date(clock.now()).toISOString(),
      })
      .returning('id');
    for (const type of accounts) await trx('accounts').insert({ contact_id: id, type });
    return id;
  });
}

/** Lets the members of a group read or write contacts. */
export async function letGroup({ db }: TestApp, groupId: number, level: 'read' | 'write'): Promise<void> {
  await db.write((trx) =>
    trx('group_permissions')
      .insert({ group_id: groupId, application: 'contacts', level })
      .onConflict(['group_id', 'application'])
      .merge(),
  );
}
