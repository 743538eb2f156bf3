import { ALL_RIGHTS, type Rights } from '../src/access/rights.ts';
import { DAY, HOUR, instant } from '../src/clock.ts';
import { createPerson } from '../src/contacts/actions/contact-creation.ts';
import { contactColumns } from '../src/contacts/contact-columns.ts';
import type { Database, Transaction } from '../src/db/database.ts';
import { changeGroups } from '../src/groups/actions/changing-groups.ts';
import { createGroup } from '../src/groups/actions/group-creation.ts';
import { setPassword } from '../src/passwords/password-store.ts';
import { lockAtLimit, reserveAttempt } from '../src/sessions/lockout-store.ts';
import type { NewUser } from '../src/users/actions/changing/user-change.ts';
import { createUser } from '../src/users/actions/changing/user-creation.ts';
import { DEACTIVATION } from '../src/users/actions/deactivation.ts';
import { INVITATION } from '../src/users/actions/invitation.ts';
import { performOnUsers } from '../src/users/actions/user-actions.ts';
import type { Act, ActSettings } from '../src/verbs/act.ts';

/** Everybody of the tests and of the demo, and why they exist. */
const CAST = {
  /** administrator */
  alice: { groups: ['Administrators'], password: true },
  /** second administrator, so that one can go */
  ada: { groups: ['Administrators'], password: true },
  /** maintains users but nothing else: may not touch those who may do more */
  max: { groups: ['Helpdesk'], password: true },
  /** looks at everything and changes nothing */
  rita: { groups: ['Auditors'], password: true },
  /** leads Support; has no rights yet */
  lena: { groups: ['Support'], password: true },
  /** an ordinary member */
  bob: { groups: ['Support'], password: true },
  /** invited, has not chosen a password */
  carol: { groups: ['Support'], password: false },
  /** deactivated */
  dave: { groups: ['Support'], password: true },
  /** locked after too many failed attempts */
  erin: { groups: [], password: true },
  /** an integration */
  robin: { groups: [], password: false },
} as const;

export type Person = keyof typeof CAST;
export type People = Record<Person, number>;

const GROUPS: Record<string, Rights> = {
  Administrators: ALL_RIGHTS,
  Helpdesk: { users: 'write' },
  Auditors: { users: 'read', groups: 'read', contacts: 'read', audit: 'read' },
  Support: {},
};

export interface CastOptions {
  settings: ActSettings;
  loginAttempts: number;
  /** The hash of the one password that all of them have. */
  passwordHash: string;
  now: number;
}

/** Makes the cast by the same verbs that the pages use, with their audit events. */
export async function seedCast(db: Database, options: CastOptions): Promise<People> {
  const act: Act = {
    by: { id: null, name: 'seed', rights: ALL_RIGHTS },
    at: instant(options.now - 30 * DAY),
    address: '',
    requestId: 'seed',
    ...options.settings,
  };
  return db.write(async (trx) => {
    const groupIds = new Map<string, number>();
    for (const [name, rights] of Object.entries(GROUPS))
      groupIds.set(name, await createGroup(trx, act, { name, rights }));
    await seedContacts(trx, act);

    const people = {} as People;
    for (const name of Object.keys(CAST) as Person[]) {
      const { groups, password } = CAST[name];
      const user = {
        name,
        email: `${name}@example.com`,
        groups: groups.map((group) => groupIds.get(group)!),
        ...(await moreOf(trx, act, name, people)),
      };
      people[name] = await createUser(trx, act, user);
      if (password) await setPassword(trx, act, { ...user, id: people[name] }, options.passwordHash, 'chosen');
    }
    await changeGroups(trx, act, [groupIds.get('Support')!], { leaderId: people.lena });
    await performOnUsers(trx, act, DEACTIVATION, [people.dave]);
    await performOnUsers(trx, { ...act, at: instant(options.now - HOUR) }, INVITATION, [people.carol]);
    const locking = { ...act, at: instant(options.now) };
    const tried = { user: { id: people.erin, name: 'erin', email: 'erin@example.com' }, device: null, agent: '' };
    for (let n = 0; n < options.loginAttempts; n++) await reserveAttempt(trx, locking, tried, options.loginAttempts);
    await lockAtLimit(trx, locking, tried, options.loginAttempts);
    return people;
  });
}

async function moreOf(trx: Transaction, act: Act, name: Person, people: People): Promise<Partial<NewUser>> {
  if (name === 'bob') {
    const person = { name: 'Bob Schmidt', email: 'bob.schmidt@example.com' };
    return { contactId: await createPerson(trx, act, person), tags: ['Berlin', 'part-time'] };
  }
  if (name === 'lena') return { tags: ['Berlin'] };
  if (name !== 'robin') return {};
  const reason = 'Sends invoices to the archive';
  return { apiOnly: { reason, ownerId: people.alice, reviewOn: '2030-01-31' } };
}

/** A customer's person without a user, for the warning; and one who is nobody's. */
async function seedContacts(trx: Transaction, act: Act): Promise<void> {
  const [{ id: company }] = await trx('contacts')
    .insert({ kind: 'company', ...contactColumns({ name: 'Acme', emails: [], phones: [] }), created_at: act.at })
    .returning('id');
  await trx('accounts').insert({ contact_id: company, type: 'customer' });
  const cleo = await createPerson(trx, act, { name: 'Cleo Customer', email: 'cleo@acme.example' });
  await trx('contacts').where('id', cleo).update({ company_id: company });
  await createPerson(trx, act, { name: 'María Müller', email: 'maria@example.com' });
}
