import { may } from '../../../access/viewer.ts';
import { createPerson } from '../../../contacts/actions/contact-creation.ts';
import type { Transaction } from '../../../db/database.ts';
import { FieldErrors } from '../../../forms/form.ts';
import { requireDone } from '../../../forms/required-outcome.ts';
import { createGroup } from '../../../groups/actions/group-creation.ts';
import type { Act } from '../../../verbs/act.ts';
import { Forbidden } from '../../../verbs/refusals.ts';
import type { UserValues } from '../../user-form.ts';
import { findUserByIdentifier } from '../../user-lookup.ts';
import { type Changed, changeUsers } from './changing-users.ts';
import { judgeChange } from './planned-change.ts';
import type { ApiOnly, NewUser } from './user-change.ts';
import { createUser } from './user-creation.ts';

/** A user as *New User* was filled in. Throws FieldErrors or Forbidden. */
export async function createUserFromForm(trx: Transaction, act: Act, values: UserValues): Promise<number> {
  if (!may(act.by, 'users', 'write')) throw new Forbidden('You may not create users.');
  return createUser(trx, act, await resolved(trx, act, values));
}

/** Replaces what *Edit* shows. Throws StaleVersion, FieldErrors or Forbidden. Returns what it came to. */
export async function saveUserForm(
  trx: Transaction,
  act: Act,
  { id, version }: { id: number; version: number },
  values: UserValues,
): Promise<Changed> {
  const versions = new Map([[id, version]]);
  requireDone(await judgeChange(trx, act, [id], versions));
  const changed = await changeUsers(trx, act, [id], await resolved(trx, act, values), versions);
  requireDone(changed.outcomes);
  return changed;
}

/** The form as a change: what it makes on the spot is made, and whom it names is looked up. */
async function resolved(trx: Transaction, act: Act, values: UserValues): Promise<NewUser> {
  const { name, email, tags, startsAt, leavesAt, noSharedData, description } = values;
  const contactId = values.newContactName ? await madeContact(trx, act, values) : values.contactId;
  const groups = values.newGroup ? [...values.groups, await madeGroup(trx, act, values.newGroup)] : values.groups;
  const apiOnly = values.apiOnly ? await integrationOf(trx, values) : null;
  const acceptsAccounts = values.acceptAccounts;
  return {
    name,
    email,
    contactId,
    acceptsAccounts,
    groups,
    tags,
    startsAt,
    leavesAt,
    noSharedData,
    description,
    apiOnly,
  };
}

async function madeContact(trx: Transaction, act: Act, values: UserValues): Promise<number> {
  return createPerson(trx, act, { name: values.newContactName, email: values.newContactEmail || null });
}

async function madeGroup(trx: Transaction, act: Act, name: string): Promise<number> {
  return createGroup(trx, act, { name }).catch((error) => {
    if (error instanceof FieldErrors) throw new FieldErrors({ newGroup: `${error.errors.name} Tick it in the list.` });
    throw error;
  });
}

async function integrationOf(trx: Transaction, values: UserValues): Promise<ApiOnly> {
  const owner = await findUserByIdentifier(trx, values.apiOnlyOwner);
  if (!owner) throw new FieldErrors({ apiOnlyOwner: 'There is no active user with this name or email.' });
  return { reason: values.apiOnlyReason, ownerId: owner.id, reviewOn: values.apiOnlyReviewOn! };
}
