import { performDirectly } from '../../bulk-operations/actions/execution.ts';
import { keepAsOperation, keptOutcomes } from '../../bulk-operations/actions/kept-operation.ts';
import type { Transaction } from '../../db/database.ts';
import { groupName } from '../../forms/fields.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { changeGroups } from '../../groups/actions/changing-groups.ts';
import { createGroup } from '../../groups/actions/group-creation.ts';
import { findGroupByName } from '../../groups/group-store.ts';
import { endMemberships, grantMemberships } from '../../memberships/actions/membership-editing.ts';
import { findMembershipsIn } from '../../memberships/membership-store.ts';
import { grouped } from '../../text/text.ts';
import type { Subject } from '../../users/user.ts';
import type { Act } from '../../verbs/act.ts';
import type { Outcome } from '../../verbs/outcome.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { Clashes, Taken } from '../clash.ts';
import { requireIds } from '../patching/group-patch.ts';
import {
  findMemberIds,
  findProvisionedGroups,
  insertProvisionedGroup,
  noteGroupTold,
  type ProvisionedGroup,
} from '../provisioned-group-store.ts';
import { findKept } from '../provisioned-user-store.ts';
import type { Resource } from '../resource.ts';
import { Unfit } from '../unfit.ts';

/** What is to be different about a group; what is left out stays. */
export interface GroupTold {
  name?: string;
  externalId?: string | null;
  members?: { add?: number[]; remove?: number[]; whole?: number[] };
}

/** While more came, everybody else who changes something would wait for seconds. */
const MOST_COMING = 20_000;

/** What a whole group says. Throws Unfit. */
export function groupTold({ displayName, externalId, members }: Resource): GroupTold & { name: string } {
  if (displayName === undefined) throw new Unfit('invalidValue', 'A group has a displayName.');
  return {
    name: nameOf(displayName as string),
    externalId: (externalId as string | undefined) ?? null,
    members: { whole: [...new Set(requireIds((members ?? []) as Resource[]))] },
  };
}

export function nameOf(text: string): string {
  const parsed = groupName.safeParse(text);
  if (!parsed.success) throw new Unfit('invalidValue', `displayName: ${parsed.error.issues[0].message}`);
  return parsed.data;
}

/** Makes a group that a program keeps from now on, or takes over the one that somebody confirmed. Throws Clashes, Taken. */
export async function provisionGroup(
  trx: Transaction,
  act: Act,
  provisionerId: number,
  said: GroupTold & { name: string },
): Promise<number> {
  await act.confirm?.(trx);
  const there = await findGroupByName(trx, said.name);
  const [kept] = there ? await findProvisionedGroups(trx, [there.id]) : [];
  if (there && kept?.provisionerId === provisionerId && kept.isNewHere) {
    await changeProvisionedGroup(trx, act, kept, said);
    return there.id;
  }
  if (there && kept?.provisionerId === provisionerId)
    throw new Taken('This program keeps a group of this name already.');
  if (there) {
    const { name, externalId = null } = said;
    const reason = kept ? ('other provisioner' as const) : ('name' as const);
    throw new Clashes({ provisionerId, kind: 'group', subjectId: there.id, name, externalId, reason });
  }
  const id = await createGroup(trx, act, { name: said.name });
  const row = { groupId: id, provisionerId, externalId: said.externalId ?? null, activity: 'active' as const };
  await insertProvisionedGroup(trx, { ...row, isNewHere: false }, act.at);
  await setMembers(trx, act, { groupId: id, provisionerId }, said.members);
  return id;
}

export async function changeProvisionedGroup(
  trx: Transaction,
  act: Act,
  group: ProvisionedGroup,
  said: GroupTold,
): Promise<void> {
  await act.confirm?.(trx);
  if (said.name !== undefined && said.name !== group.name)
    await keepAsOperation(trx, act, { subjectType: 'group', action: 'edit' }, async (own) => {
      const changed = await changeGroups(trx, own, [group.groupId], { name: said.name });
      requireDone(changed.outcomes);
      return keptOutcomes(changed);
    });
  const isChanged = await setMembers(trx, act, group, said.members);
  const externalId = said.externalId === undefined ? group.externalId : said.externalId;
  const isOther = externalId !== group.externalId || (said.name !== undefined && said.name !== group.name);
  if (isChanged || isOther || group.isNewHere) await noteGroupTold(trx, group.groupId, externalId, act.at);
}

export async function deleteProvisionedGroup(trx: Transaction, act: Act, { groupId }: ProvisionedGroup): Promise<void> {
  requireDone((await performDirectly(trx, act, { subjectType: 'group', action: 'delete', ids: [groupId] })).outcomes);
}

/** Only the program's own users come and go by it: whoever else is in the group stays. Whether anything changed. */
async function setMembers(
  trx: Transaction,
  act: Act,
  { groupId, provisionerId }: Pick<ProvisionedGroup, 'groupId' | 'provisionerId'>,
  members: GroupTold['members'] = {},
): Promise<boolean> {
  const wanted = members.whole ?? members.add ?? [];
  // Of a group of many thousands only those are looked at who are spoken of.
  const before = members.whole
    ? new Set((await findMemberIds(trx, provisionerId, [groupId], Number.MAX_SAFE_INTEGER)).get(groupId))
    : new Set((await findMembershipsIn(trx, groupId, [...wanted, ...(members.remove ?? [])])).keys());
  const coming = wanted.filter((id) => !before.has(id));
  if (coming.length > MOST_COMING) throw new Unfit('tooMany', tooManyWords(coming.length));
  await requireOwn(trx, provisionerId, wanted);
  const staying = new Set(wanted);
  const gone = members.whole ? [...before].filter((id) => !staying.has(id)) : (members.remove ?? []);
  // Who is deleted by now is in no group any more: they are taken out of it all the same.
  const known = await findKept(trx, provisionerId, gone);
  const going = gone.filter((id) => known.has(id) && (members.whole || before.has(id)));
  if (coming.length > 0) keepDone((await grantMemberships(trx, act, { groupId, userIds: coming }, null)).outcomes);
  if (going.length > 0) keepDone((await endMemberships(trx, act, { groupId, userIds: going })).outcomes);
  return coming.length > 0 || going.length > 0;
}

function tooManyWords(coming: number): string {
  const [most, would] = [MOST_COMING, coming].map(grouped);
  return `At most ${most} members come into a group at once, and ${would} would. Add them by several PATCH requests; once they are in, a PUT may name all.`;
}

async function requireOwn(trx: Transaction, provisionerId: number, ids: number[]): Promise<void> {
  const own = await findKept(trx, provisionerId, ids);
  const stranger = ids.find((id) => !own.has(id));
  if (stranger !== undefined)
    throw new Unfit('invalidValue', `This program keeps no user user-${stranger}: only its own can be members.`);
}

/** What is so already needs nothing; what may not be done concerns the whole request. */
function keepDone(outcomes: Outcome<Subject>[]): void {
  for (const { subject, refusal } of outcomes)
    if (refusal?.kind === 'forbidden') throw new Forbidden(`${subject.name} ${refusal.reason}.`);
}
