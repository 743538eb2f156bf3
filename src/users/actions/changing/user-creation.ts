import { may } from '../../../access/viewer.ts';
import type { Fields } from '../../../audit/audit-event.ts';
import { recordChanges } from '../../../audit/audit-store.ts';
import type { Transaction } from '../../../db/database.ts';
import { changeMemberships } from '../../../memberships/membership-store.ts';
import { changeTags } from '../../../tags/tag-store.ts';
import type { Act } from '../../../verbs/act.ts';
import { Forbidden } from '../../../verbs/refusals.ts';
import { insertUser } from '../../user-store.ts';
import type { NewUser } from './user-change.ts';
import { chosenBy, detailsAfter } from './user-choices.ts';
import { auditFields, columnsOf, type UserDetails } from './user-details.ts';

/** What is so of a user of whom nothing is said. */
const NOTHING: Omit<UserDetails, 'user'> & { user: Omit<UserDetails['user'], 'name' | 'email'> } = {
  user: {
    expiresOn: null,
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

/** Throws FieldErrors for what only the database can tell, Forbidden for groups that the actor may not give. */
export async function createUser(trx: Transaction, act: Act, { name, email, ...more }: NewUser): Promise<number> {
  if (!may(act.by, 'users', 'write')) throw new Forbidden('You may not create users.');
  const chosen = await chosenBy(trx, act, more);
  const nothing = { ...NOTHING, user: { ...NOTHING.user, name, email } };
  const details = await detailsAfter(trx, act, null, nothing, chosen);
  const id = await insertUser(trx, { ...columnsOf(details), created_at: act.at, created_by: act.by.id });
  const groupIds = details.groups.map((group) => group.id);
  await changeMemberships(trx, [{ id, from: [], to: groupIds }], { at: act.at, by: act.by.id });
  await changeTags(trx, 'user', [{ id, from: [], to: details.tags }]);
  await recordChanges(trx, act, [
    {
      action: 'user.created',
      subjectType: 'user',
      subjectId: id,
      subjectName: name,
      after: given(auditFields(details)),
    },
  ]);
  return id;
}

/** Without what was left empty. */
function given(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== null && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
