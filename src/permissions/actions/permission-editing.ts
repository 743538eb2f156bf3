import { findPotentialRights, findRights } from '../../access/granted-rights.ts';
import { covers, NO_RIGHTS, type Rights } from '../../access/rights.ts';
import { findStrongerMembers } from '../../access/stronger-members.ts';
import { findApplications } from '../../applications/application-store.ts';
import { differences } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { dayOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { StaleVersion } from '../../forms/form.ts';
import { requireChangeable } from '../../groups/actions/group-editing.ts';
import { findGroup } from '../../groups/group-store.ts';
import { type EndedLink, endOutgrownLinks, findLinkHolders } from '../../one-time-links/outgrown-links.ts';
import type { Act } from '../../verbs/act.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';

/** Makes the group grant exactly this. Throws StaleVersion, Forbidden or Conflict. Returns the links that ended with it. */
export async function setPermissions(
  trx: Transaction,
  act: Act,
  groupId: number,
  version: number,
  rights: Rights,
): Promise<EndedLink[]> {
  const group = await findGroup(trx, groupId);
  requireChangeable(act, group);
  if (group.version !== version) throw new StaleVersion();
  if (!covers(act.by.rights, rights)) throw new Forbidden('You cannot give rights that you do not hold.');
  const known = new Set((await findApplications(trx)).map((application) => application.key));
  for (const key of Object.keys(rights))
    if (!known.has(key)) throw new Conflict(`The application ${key} is no longer there. Nothing was changed.`);
  const changes = differences(levelsOf(group.rights, rights), levelsOf(rights, group.rights));
  if (!changes) return [];
  const today = dayOf(act.at);
  const stronger = (await findStrongerMembers(trx, act.by.rights, [groupId], today)).get(groupId);
  if (stronger !== undefined) throw new Forbidden(`The member ${stronger} has rights that you do not hold.`);
  const holders = await findLinkHolders(trx, [groupId], act.at);
  const before = await findPotentialRights(trx, holders, today);

  const permissions = Object.entries(rights).map(([application, level]) => ({ group_id: groupId, application, level }));
  await trx('group_permissions').where('group_id', groupId).delete();
  if (permissions.length > 0) await trx('group_permissions').insert(permissions);
  await trx('groups')
    .where('id', groupId)
    .update({ version: version + 1 });
  if (act.by.id !== null && !covers(await findRights(trx, act.by.id, today), act.by.rights))
    throw new Forbidden('This would take rights from yourself: nobody does that. Ask another administrator.');
  await recordChanges(trx, act, [
    {
      action: 'group.permissions-changed',
      subjectType: 'group',
      subjectId: groupId,
      subjectName: group.name,
      ...changes,
    },
  ]);
  const subjects = holders.map((id) => ({ id, rights: before.get(id) ?? NO_RIGHTS }));
  const ended = await endOutgrownLinks(trx, act, subjects);
  await requireAdministratorRemains(trx);
  return ended;
}

/** The level for each application that either grants, in one order, so that the two can be compared. */
function levelsOf(rights: Rights, other: Rights): Record<string, string> {
  const applications = [...new Set([...Object.keys(rights), ...Object.keys(other)])].sort();
  return Object.fromEntries(applications.map((application) => [application, rights[application] ?? 'none']));
}
