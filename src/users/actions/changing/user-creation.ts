import { may } from '../../../access/viewer.ts';
import type { Fields } from '../../../audit/audit-event.ts';
import { recordChanges } from '../../../audit/audit-store.ts';
import type { Reader, Transaction } from '../../../db/database.ts';
import { FieldErrors } from '../../../forms/form.ts';
import { changeMemberships } from '../../../memberships/membership-store.ts';
import { changeTags } from '../../../tags/tag-store.ts';
import type { Act } from '../../../verbs/act.ts';
import type { Judge } from '../../../verbs/action.ts';
import { forbiddenFields, type Refusal, unfitFields } from '../../../verbs/outcome.ts';
import { Forbidden } from '../../../verbs/refusals.ts';
import { insertUsers } from '../../user-store.ts';
import { unfitDates, withoutEmail } from './person-rules.ts';
import type { NewUser } from './user-change.ts';
import { chosenAmong, detailsAfter, findNamed, type Named } from './user-choices.ts';
import { auditFields, columnsOf, endsOfNew, type UserDetails } from './user-details.ts';

/** What is so of a user of whom nothing is said. */
const NOTHING: Omit<UserDetails, 'user'> & { user: Omit<UserDetails['user'], 'name' | 'email'> } = {
  user: {
    startsAt: null,
    leavesAt: null,
    noSharedData: false,
    apiOnly: false,
    apiOnlyReason: null,
    apiOnlyReviewOn: null,
    description: '',
  },
  contact: undefined,
  groups: [],
  ends: new Map(),
  tags: [],
  owner: undefined,
};

/** What became of one who was to be made: a user, or why not. */
export type Creation = { id: number; refusal?: undefined } | { id?: undefined; refusal: Refusal };

/** The same for one. Throws FieldErrors for what only the database can tell, Forbidden for groups that the actor may not give. */
export async function createUser(trx: Transaction, act: Act, newUser: NewUser): Promise<number> {
  const [{ id, refusal }] = await createUsers(trx, act, [newUser]);
  if (id !== undefined) return id;
  const fields = refusal.fields ?? {};
  throw refusal.kind === 'forbidden' ? new Forbidden(Object.values(fields).join(' ')) : new FieldErrors(fields);
}

/**
 * Makes all of these whom nothing stands against, in their order, with one audit event each; with as many statements for many as for one.
 * Throws Forbidden where the actor may create nobody.
 */
export async function createUsers(trx: Transaction, act: Act, newUsers: NewUser[]): Promise<Creation[]> {
  if (!may(act.by, 'users', 'write')) throw new Forbidden('You may not create users.');
  const named = await findNamed(trx, act, newUsers);
  const planned = newUsers.map((newUser) => plannedUser(act, newUser, named));
  const created = { created_at: act.at, created_by: act.by.id };
  const rows = planned.flatMap(({ details }) => (details ? [{ ...columnsOf(details), ...created }] : []));
  const inserted = (await insertUsers(trx, rows)).values();
  const made: Made[] = [];
  const creations = planned.map(({ details, refusal }): Creation => {
    if (!details) return { refusal };
    const { id, errors } = inserted.next().value!;
    if (id === undefined) return { refusal: unfitFields(errors) };
    made.push({ id, details });
    return { id };
  });
  await keepWithThem(trx, act, made);
  return creations;
}

/** Why each of these could not be made, by what can be told before they are; undefined for who could. Nothing is done. */
export async function refusalsOfNew(db: Reader, judge: Judge, newUsers: NewUser[]): Promise<(Refusal | undefined)[]> {
  const named = await findNamed(db, judge, newUsers);
  return newUsers.map((newUser) => plannedUser(judge, newUser, named).refusal);
}

type Planned = { details: UserDetails; refusal?: undefined } | { details?: undefined; refusal: Refusal };

/** What a new user is to be, by what can be told before it is one. */
function plannedUser(act: Judge, { name, email, ...more }: NewUser, named: Named): Planned {
  try {
    const nothing = { ...NOTHING, user: { ...NOTHING.user, name, email } };
    const details = detailsAfter(act, null, nothing, chosenAmong(act, more, named));
    const refusal = withoutEmail(details) ?? unfitDates(nothing, details, act.at, more);
    return refusal ? { refusal } : { details };
  } catch (error) {
    if (error instanceof FieldErrors) return { refusal: unfitFields(error.errors) };
    if (error instanceof Forbidden) return { refusal: forbiddenFields({ groups: error.message }) };
    throw error;
  }
}

interface Made {
  id: number;
  details: UserDetails;
}

/** What other tables keep of new users. */
async function keepWithThem(trx: Transaction, act: Act, made: Made[]): Promise<void> {
  if (made.length === 0) return;
  const groupsOf = ({ groups }: UserDetails) => groups.map((group) => group.id);
  const memberships = made.map(({ id, details }) => ({ id, from: [], to: groupsOf(details), ends: details.ends }));
  await changeMemberships(trx, memberships, { at: act.at, by: act.by.id });
  const tags = made.map(({ id, details }) => ({ id, from: [], to: details.tags }));
  await changeTags(trx, 'user', tags);
  const events = made.map(({ id, details }) => ({
    action: 'user.created',
    subjectType: 'user' as const,
    subjectId: id,
    subjectName: details.user.name,
    after: given({ ...auditFields(details), until: endsOfNew(details, NOTHING) ?? null }),
  }));
  await recordChanges(trx, act, events);
}

/** Without what was left empty. */
function given(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== null && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
