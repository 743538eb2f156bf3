import type { Reader } from '../db/database.ts';
import {
  changeProvisionedGroup,
  deleteProvisionedGroup,
  groupTold,
  nameOf,
  provisionGroup,
} from '../provisioning/actions/group-provisioning.ts';
import { CORE_GROUP, GROUP_KIND } from '../provisioning/attribute.ts';
import { groupHandle, idOfHandle, userHandle } from '../provisioning/ids.ts';
import { groupSteps } from '../provisioning/patching/group-patch.ts';
import { stepsOf } from '../provisioning/patching/patch.ts';
import {
  findMemberIds,
  findProvisionedGroups,
  type ProvisionedGroup,
} from '../provisioning/provisioned-group-store.ts';
import { knownOf, type Resource } from '../provisioning/resource.ts';
import { countGroups, findGroupPage } from '../provisioning/searching/provisioned-group-search.ts';
import { NotFound } from '../verbs/refusals.ts';
import { type Answer, baseOf, type Call, listOf } from './call.ts';
import { MOST_ANSWERED, MOST_MEMBERS } from './limits.ts';
import type { ListQuery } from './list-query.ts';
import { isSelected, type Selecting, selected, selectingOf } from './selecting.ts';
import { etagOf, requireMatch, unlessKnown } from './versions.ts';

export async function listGroups(call: Call, query: ListQuery): Promise<Answer> {
  return listOf(await groupPage(call, query), await countOfGroups(call, query), query.startIndex);
}

export function countOfGroups({ app, viewer }: Call, { filter }: ListQuery): Promise<number> {
  return countGroups(app.db.read, { provisionerId: viewer.id, filter });
}

/** A page holds fewer groups where these have very many members. */
export async function groupPage(call: Call, query: ListQuery): Promise<Resource[]> {
  const { app, viewer } = call;
  const { filter, sortBy, descending, startIndex, count, selecting } = query;
  if (count === 0) return [];
  const ids = await findGroupPage(
    app.db.read,
    { provisionerId: viewer.id, filter },
    { path: sortBy, descending },
    { skip: startIndex - 1, limit: count },
  );
  return (await toldGroups(call, app.db.read, ids, selecting)).map(({ body }) => body);
}

export async function createGroup(call: Call): Promise<Answer> {
  const said = groupTold(knownOf(GROUP_KIND, call.body));
  const id = await call.write((trx, act) => provisionGroup(trx, act, call.viewer.id, said));
  return { ...(await answerWith(call, id, 201)), words: `Made the group ${said.name}.` };
}

export async function getGroup(call: Call, id: number): Promise<Answer> {
  return unlessKnown(call, await answerWith(call, id, 200));
}

export async function replaceGroup(call: Call, id: number): Promise<Answer> {
  const said = groupTold(knownOf(GROUP_KIND, call.body));
  return change(call, id, (trx, act, group) => changeProvisionedGroup(trx, act, group, said));
}

export async function patchGroup(call: Call, id: number): Promise<Answer> {
  const { name, ...said } = groupSteps(stepsOf(call.body));
  const told = { ...said, ...(name !== undefined && { name: nameOf(name) }) };
  return change(call, id, (trx, act, group) => changeProvisionedGroup(trx, act, group, told), isLarge);
}

/** Of a group of very many nobody wants to read who is in it, each time that one of them comes. */
async function isLarge({ app, viewer, query }: Call, id: number): Promise<boolean> {
  if (query.attributes !== undefined || query.excludedAttributes !== undefined) return false;
  const members = await findMemberIds(app.db.read, viewer.id, [id], MOST_ANSWERED + 1);
  return (members.get(id)?.length ?? 0) > MOST_ANSWERED;
}

export async function deleteGroup(call: Call, id: number): Promise<Answer> {
  const name = await call.write(async (trx, act) => {
    const group = await own(trx, call, id);
    requireMatch(call, group.groupVersion, group.version);
    await deleteProvisionedGroup(trx, act, group);
    return group.name;
  });
  return { status: 204, words: `Deleted the group ${name}.` };
}

type Work = (...of: [...Parameters<Parameters<Call['write']>[0]>, group: ProvisionedGroup]) => Promise<void>;

async function change(
  call: Call,
  id: number,
  work: Work,
  isSilent: (call: Call, id: number) => Promise<boolean> = async () => false,
): Promise<Answer> {
  const before = await call.write(async (trx, act) => {
    const group = await own(trx, call, id);
    requireMatch(call, group.groupVersion, group.version);
    await work(trx, act, group);
    return group;
  });
  const after = await own(call.app.db.read, call, id);
  const isSame = before.version === after.version;
  const words = isSame ? `Said of the group ${after.name} what was so already.` : `Changed the group ${after.name}.`;
  if (await isSilent(call, id))
    return { status: 204, headers: { ETag: etagOf(after.groupVersion, after.version, []) }, words };
  return { ...(await answerWith(call, id, 200)), words };
}

/** One of the program's own that is not deleted. Throws NotFound. */
async function own(db: Reader, { viewer }: Call, id: number): Promise<ProvisionedGroup> {
  const [group] = await findProvisionedGroups(db, [id]);
  if (group?.provisionerId !== viewer.id || group.activity === 'deleted')
    throw new NotFound('This program keeps no such group.');
  return group;
}

async function answerWith(call: Call, id: number, status: number): Promise<Answer> {
  const selecting = selectingOf(call.query.attributes, call.query.excludedAttributes);
  await own(call.app.db.read, call, id);
  const [{ body, etag }] = await toldGroups(call, call.app.db.read, [id], selecting);
  const location = `${baseOf(call)}/Groups/${groupHandle(id)}`;
  return { status, body, headers: { ETag: etag, ...(status === 201 && { Location: location }) } };
}

async function toldGroups(
  call: Call,
  db: Reader,
  ids: number[],
  selecting: Selecting,
): Promise<{ body: Resource; etag: string }[]> {
  const withMembers = isSelected(selecting, 'members');
  const most = ids.length === 1 ? Number.MAX_SAFE_INTEGER : MOST_MEMBERS;
  const members = withMembers ? await findMemberIds(db, call.viewer.id, ids, most) : new Map<number, number[]>();
  const shown = withMembers ? wholeOnes(ids, members, most) : ids;
  if (shown.length === 0 && ids.length > 0) return toldGroups(call, db, ids.slice(0, 1), selecting);
  const base = baseOf(call);
  return (await findProvisionedGroups(db, shown)).map((group) => {
    const theirs = members.get(group.groupId) ?? [];
    const etag = etagOf(group.groupVersion, group.version, theirs);
    const resource = {
      schemas: [CORE_GROUP],
      id: groupHandle(group.groupId),
      displayName: group.name,
      ...(group.externalId !== null && { externalId: group.externalId }),
      ...(theirs.length > 0 && { members: theirs.map((id) => toldMember(base, id)) }),
      meta: {
        resourceType: 'Group',
        created: group.createdAt,
        lastModified: group.modifiedAt,
        location: `${base}/Groups/${groupHandle(group.groupId)}`,
        version: etag,
      },
    };
    return { body: selected(resource, selecting), etag };
  });
}

/** Those before the first of which members may be missing. */
function wholeOnes(ids: number[], members: Map<number, number[]>, most: number): number[] {
  const found = [...members.values()].reduce((sum, those) => sum + those.length, 0);
  if (found < most) return ids;
  const cut = Math.max(...members.keys());
  const first = ids.findIndex((id) => id >= cut);
  return first === -1 ? ids : ids.slice(0, first);
}

function toldMember(base: string, id: number): Resource {
  return { value: userHandle(id), $ref: `${base}/Users/${userHandle(id)}`, type: 'User' };
}

/** Throws NotFound. */
export function groupIdIn(handle: string): number {
  const id = idOfHandle(handle, 'group');
  if (id === undefined) throw new NotFound('This program keeps no such group.');
  return id;
}
