import { findOwnEnds, outlasted } from '../../access/lasting.ts';
import { covers, NO_RIGHTS, type Rights } from '../../access/rights.ts';
import { may, mayAdminister } from '../../access/viewer.ts';
import { userReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors, RefusedFields } from '../../forms/form.ts';
import { changeMemberships } from '../../memberships/membership-store.ts';
import { setLevels } from '../../permissions/permission-store.ts';
import { hasEquippedAdministrator } from '../../second-factors/factor-demand-store.ts';
import { changeTags, spelledTags } from '../../tags/tag-store.ts';
import { identityKey } from '../../text/identity-key.ts';
import { sortedByName } from '../../text/sort-key.ts';
import { normalizedAs } from '../../text/text.ts';
import type { Subject } from '../../users/user.ts';
import { findSubject } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { NOT_YOURS } from '../../verbs/outcome.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { mayAppoint } from '../group.ts';
import { insertGroup } from '../group-store.ts';
import { NOBODY_EQUIPPED } from './changing-groups.ts';

export interface NewGroup {
  name: string;
  rights?: Rights;
  description?: string;
  tags?: string[];
  requiresSecondFactor?: boolean;
  canBeAskedFor?: boolean;
  /** Becomes its first member. */
  leaderId?: number;
}

/** Throws FieldErrors where the name is taken, Forbidden and RefusedFields for what is not the actor's to give. */
export async function createGroup(trx: Transaction, act: Act, group: NewGroup): Promise<number> {
  const { rights = NO_RIGHTS, description = '', leaderId, requiresSecondFactor = false, canBeAskedFor = false } = group;
  if (!may(act.by, 'groups', 'write')) throw new Forbidden('You may not create groups.');
  if (!covers(act.by.rights, rights)) throw new Forbidden('You cannot give rights that you do not hold.');
  if (requiresSecondFactor && !(await hasEquippedAdministrator(trx, act.at)))
    throw new FieldErrors({ requiresSecondFactor: NOBODY_EQUIPPED });
  const leader = leaderId === undefined ? undefined : await firstMember(trx, act, leaderId);
  if (leader && leader.id === act.by.id && outlasted(await findOwnEnds(trx, act.by, minuteOf(act.at)), rights, null))
    throw new RefusedFields({
      leader: 'This is yourself: you would hold what it grants for longer than it was given to you.',
    });
  const name = normalizedAs('NFC', group.name).trim();
  const tags = await spelledTags(trx, group.tags ?? []);
  const id = await insertGroup(trx, {
    name,
    name_key: identityKey(name),
    description,
    leader_id: leader?.id ?? null,
    requires_factor: requiresSecondFactor,
    can_be_asked_for: canBeAskedFor,
    created_at: act.at,
    created_by: act.by.id,
  });
  await setLevels(trx, [id], rights as Record<string, 'read' | 'write'>);
  if (leader) await changeMemberships(trx, [{ id: leader.id, from: [], to: [id] }], { at: act.at, by: act.by.id });
  await changeTags(trx, 'group', [{ id, from: [], to: tags }]);
  const after = {
    name,
    ...(leader && { leader: userReference(leader) }),
    ...(description && { description }),
    ...(requiresSecondFactor && { requiresSecondFactor }),
    ...(canBeAskedFor && { canBeAskedFor }),
    ...(tags.length > 0 && { tags: sortedByName(tags, (tag) => tag) }),
    ...(Object.keys(rights).length > 0 && { permissions: rights }),
  };
  await recordChanges(trx, act, [
    { action: 'group.created', subjectType: 'group', subjectId: id, subjectName: name, after },
  ]);
  return id;
}

/** Who is to lead a new group: with it they become a member, so by somebody who may change them. */
async function firstMember(trx: Transaction, act: Act, id: number): Promise<Subject> {
  if (!mayAppoint(act.by))
    throw new RefusedFields({ leader: 'You may not change users, so you cannot make one a member.' });
  const subject = await findSubject(trx, id, minuteOf(act.at));
  if (!mayAdminister(act.by, subject)) throw new RefusedFields({ leader: `${subject.name} ${NOT_YOURS}.` });
  return subject;
}
