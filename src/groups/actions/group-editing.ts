import { isOver } from '../../access/granted-rights.ts';
import { may, mayAdminister, type Viewer } from '../../access/viewer.ts';
import { differences, type Fields, userReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { dayOf } from '../../clock.ts';
import { type Transaction, violatedUnique } from '../../db/database.ts';
import { FieldErrors, RefusedFields, StaleVersion } from '../../forms/form.ts';
import { findMemberships } from '../../memberships/membership-store.ts';
import { findTagsOf, setTags, spelledTags } from '../../tags/tag-store.ts';
import { identityKey } from '../../text/identity-key.ts';
import { findSubject, findUserByIdentifier } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { type Group, mayChange } from '../group.ts';
import type { GroupValues } from '../group-form.ts';
import { createGroup, findGroup, taken } from '../group-store.ts';

/** A group that grants nothing yet; its leader becomes its first member. Throws FieldErrors or Forbidden. */
export async function createLedGroup(trx: Transaction, act: Act, values: GroupValues): Promise<number> {
  if (!may(act.by, 'groups', 'write')) throw new Forbidden('You may not create groups.');
  const leader = values.leader === '' ? undefined : await firstMember(trx, act, values.leader);
  return createGroup(trx, act, { ...values, tags: await spelledTags(trx, values.tags), leader });
}

/** Replaces what the form shows. Throws StaleVersion, FieldErrors, Forbidden or Conflict. */
export async function updateGroup(
  trx: Transaction,
  act: Act,
  id: number,
  version: number,
  typed: GroupValues,
): Promise<void> {
  const group = await findGroup(trx, id);
  requireChangeable(act, group);
  if (group.version !== version) throw new StaleVersion();
  const values = { ...typed, tags: await spelledTags(trx, typed.tags) };
  const leader = mayAppoint(act.by)
    ? await memberNamed(trx, act, group, values.leader)
    : keptLeader(group, values.leader);
  const tags = (await findTagsOf(trx, 'group', id)).map((tag) => tag.name);
  const before = auditFields({ ...group, tags }, leaderOf(group));
  const changes = differences(before, auditFields(values, leader));
  if (!changes) return;
  const { name, description } = values;
  try {
    await trx('groups')
      .where({ id })
      .update({
        name,
        // One that was there before such names became one keeps its own.
        ...(name !== group.name && { name_key: identityKey(name), name_twin: 0 }),
        description,
        leader_id: leader?.id ?? null,
        version: version + 1,
      });
  } catch (error) {
    if (violatedUnique(error)) throw new FieldErrors({ name: taken(name) });
    throw error;
  }
  await setTags(trx, 'group', id, values.tags);
  await recordChanges(trx, act, [
    { action: 'group.updated', subjectType: 'group', subjectId: id, subjectName: name, ...changes },
  ]);
}

/** Throws Forbidden where the actor may not change the group, and Conflict where nobody can while it is deleted. */
export function requireChangeable(act: Pick<Act, 'by'>, group: Group): void {
  if (!mayChange(act.by, group)) throw new Forbidden(`The group ${group.name} grants rights that you do not hold.`);
  if (group.activity === 'deleted') throw new Conflict(`The group ${group.name} is deleted.`);
}

/** A leader creates users: who may not create any makes nobody a leader, themself neither (R62). */
export function mayAppoint(viewer: Viewer): boolean {
  return may(viewer, 'users', 'write');
}

/** Who is to lead a new group: with it they become a member, so by somebody who may change them. */
async function firstMember(trx: Transaction, act: Act, identifier: string) {
  if (!mayAppoint(act.by))
    throw new RefusedFields({ leader: 'You may not change users, so you cannot make one a member.' });
  const user = await findUserByIdentifier(trx, identifier);
  if (!user) throw new FieldErrors({ leader: 'There is no user with this name or email.' });
  const subject = await findSubject(trx, user.id, dayOf(act.at));
  if (!mayAdminister(act.by, subject))
    throw new RefusedFields({ leader: `${subject.name} has rights that you do not hold.` });
  return subject;
}

/** Nobody is looked up: the answer must not tell who exists. */
function keptLeader(group: Group, identifier: string) {
  if (identityKey(identifier) !== identityKey(group.leaderName ?? ''))
    throw new RefusedFields({ leader: 'You may not change users, so you do not say who leads the group.' });
  return leaderOf(group);
}

/** The leader of an existing group is one of its members. One answer for everybody else: it must not tell who exists. */
async function memberNamed(trx: Transaction, act: Act, group: Group, identifier: string) {
  if (identifier === '') return undefined;
  const user = await findUserByIdentifier(trx, identifier);
  const memberships = user ? await findMemberships(trx, [user.id]) : [];
  const isMember = memberships.some((one) => one.groupId === group.id && !isOver(one, dayOf(act.at)));
  if (user && isMember) return user;
  // Whoever leads it stays, although they may be deleted by now or their membership over.
  if (group.leaderName !== null && identityKey(identifier) === identityKey(group.leaderName)) return leaderOf(group);
  throw new FieldErrors({ leader: 'No member of the group has this name or email. Only a member can lead it.' });
}

type Leader = { id: number; name: string };

function leaderOf({ leaderId, leaderName }: Group): Leader | undefined {
  return leaderId === null || leaderName === null ? undefined : { id: leaderId, name: leaderName };
}

/** What the audit says of a group, in the order of the form. */
function auditFields(values: Pick<GroupValues, 'name' | 'description' | 'tags'>, leader: Leader | undefined): Fields {
  const { name, description, tags } = values;
  return { name, leader: leader ? userReference(leader) : null, description, tags: [...tags].sort() };
}
