import { createHash } from 'node:crypto';
import type { Reader } from '../db/database.ts';
import { changeProvisioned, deleteProvisioned, provisionUser } from '../provisioning/actions/user-provisioning.ts';
import { USER_KIND } from '../provisioning/attribute.ts';
import { groupHandle, idOfHandle, userHandle } from '../provisioning/ids.ts';
import { patched, stepsOf } from '../provisioning/patching/patch.ts';
import { findGroupsOfUsers } from '../provisioning/provisioned-group-store.ts';
import { findProvisioned, type ProvisionedUser } from '../provisioning/provisioned-user-store.ts';
import { knownOf, type Resource } from '../provisioning/resource.ts';
import type { Counted } from '../provisioning/searching/lists-before.ts';
import { countUsers, findUserPage } from '../provisioning/searching/provisioned-search.ts';
import { schemasOf, toldOf } from '../provisioning/told-user.ts';
import { NotFound } from '../verbs/refusals.ts';
import { type Answer, baseOf, type Call, listOf } from './call.ts';
import type { ListQuery } from './list-query.ts';
import { isSelected, type Selecting, selected, selectingOf } from './selecting.ts';
import { etagOf, requireMatch, unlessKnown } from './versions.ts';

export async function listUsers(call: Call, query: ListQuery): Promise<Answer> {
  const counted = await countOfUsers(call, query);
  return listOf(await userPage(call, query, counted), counted.total, query.startIndex);
}

export function countOfUsers({ app, viewer, bookmarks }: Call, { filter }: ListQuery): Promise<Counted> {
  return countUsers(app.db.read, { provisionerId: viewer.id, filter }, bookmarks.lists);
}

/** The page from a number on, which goes on from where the page before it ended, if that was asked for lately. */
export async function userPage(call: Call, query: ListQuery, counted: Counted): Promise<Resource[]> {
  const { app, viewer, bookmarks } = call;
  const { startIndex, count, filter, sortBy, descending } = query;
  if (count === 0 || counted.total < startIndex) return [];
  const now = app.clock();
  const list = createHash('sha256').update(`${viewer.id} ${query.name}`).digest('base64url');
  const from = startIndex > 1 ? bookmarks.find(list, startIndex, now) : undefined;
  const places = await findUserPage(
    app.db.read,
    { provisionerId: viewer.id, filter },
    { path: sortBy, descending },
    { from, skip: startIndex - 1, limit: count },
    { counted, before: bookmarks.lists },
  );
  const last = places.at(-1);
  if (last) bookmarks.put(list, startIndex + places.length, last, now);
  const ids = places.map(({ id }) => id);
  return (await toldUsers(call, app.db.read, ids, query.selecting)).map(({ body }) => body);
}

export async function createUser(call: Call): Promise<Answer> {
  const { viewer } = call;
  const resource = knownOf(USER_KIND, call.body);
  const { id, how } = await call.write((trx, act) => provisionUser(trx, act, viewer.id, resource));
  const told = await answerWith(call, id, 201);
  const { name } = (await own(call.app.db.read, call, id)).user;
  return { ...told, words: `${HOW[how]} the user ${name}.` };
}

const HOW = { made: 'Made', restored: 'Restored', 'taken over': 'Took over' };

export async function getUser(call: Call, id: number): Promise<Answer> {
  return unlessKnown(call, await answerWith(call, id, 200));
}

export async function replaceUser(call: Call, id: number): Promise<Answer> {
  return change(call, id, (trx, act, current) =>
    changeProvisioned(trx, act, current, knownOf(USER_KIND, call.body), 'leaves'),
  );
}

export async function patchUser(call: Call, id: number): Promise<Answer> {
  const steps = stepsOf(call.body);
  return change(call, id, (trx, act, current) =>
    changeProvisioned(trx, act, current, patched(USER_KIND, toldOf(current), steps), 'takes away'),
  );
}

export async function deleteUser(call: Call, id: number): Promise<Answer> {
  const name = await call.write(async (trx, act) => {
    const current = await own(trx, call, id);
    requireMatch(call, current.user.version, current.version);
    await deleteProvisioned(trx, act, current);
    return current.user.name;
  });
  return { status: 204, words: `Deleted the user ${name}.` };
}

type Work = (...of: [...Parameters<Parameters<Call['write']>[0]>, current: ProvisionedUser]) => Promise<void>;

async function change(call: Call, id: number, work: Work): Promise<Answer> {
  const before = await call.write(async (trx, act) => {
    const current = await own(trx, call, id);
    requireMatch(call, current.user.version, current.version);
    await work(trx, act, current);
    return current;
  });
  const after = await own(call.app.db.read, call, id);
  return { ...(await answerWith(call, id, 200)), words: changedWords(before, after) };
}

function changedWords(before: ProvisionedUser, after: ProvisionedUser): string {
  const { name } = after.user;
  if (before.activity !== after.activity)
    return `${after.activity === 'active' ? 'Activated' : 'Deactivated'} the user ${name}.`;
  const isSame = before.version === after.version && before.user.version === after.user.version;
  return isSame ? `Said of the user ${name} what was so already.` : `Changed the user ${name}.`;
}

/** One of the program's own, who is not deleted. Throws NotFound. */
async function own(db: Reader, { viewer }: Call, id: number): Promise<ProvisionedUser> {
  const [found] = await findProvisioned(db, [id]);
  if (found?.provisionerId !== viewer.id || found.activity === 'deleted')
    throw new NotFound('This program keeps no such user.');
  return found;
}

async function answerWith(call: Call, id: number, status: number): Promise<Answer> {
  const selecting = selectingOf(call.query.attributes, call.query.excludedAttributes);
  await own(call.app.db.read, call, id);
  const [{ body, etag }] = await toldUsers(call, call.app.db.read, [id], selecting);
  const location = `${baseOf(call)}/Users/${userHandle(id)}`;
  return { status, body, headers: { ETag: etag, ...(status === 201 && { Location: location }) } };
}

async function toldUsers(
  call: Call,
  db: Reader,
  ids: number[],
  selecting: Selecting,
): Promise<{ body: Resource; etag: string }[]> {
  const users = await findProvisioned(db, ids);
  const groups = isSelected(selecting, 'groups') ? await findGroupsOfUsers(db, call.viewer.id, ids) : new Map();
  const base = baseOf(call);
  return users.map((user) => {
    const { userName, ...told } = toldOf(user);
    const theirs = (groups.get(user.userId) ?? []) as { id: number; name: string }[];
    const etag = etagOf(user.user.version, user.version, [user.activity, theirs]);
    const resource = {
      schemas: schemasOf(told),
      id: userHandle(user.userId),
      userName,
      ...told,
      ...(theirs.length > 0 && { groups: theirs.map((one) => toldGroup(base, one)) }),
      meta: {
        resourceType: 'User',
        created: user.createdAt,
        lastModified: user.modifiedAt,
        location: `${base}/Users/${userHandle(user.userId)}`,
        version: etag,
      },
    };
    return { body: selected(resource, selecting), etag };
  });
}

function toldGroup(base: string, { id, name }: { id: number; name: string }): Resource {
  return { value: groupHandle(id), $ref: `${base}/Groups/${groupHandle(id)}`, display: name, type: 'direct' };
}

/** Throws NotFound. */
export function userIdIn(handle: string): number {
  const id = idOfHandle(handle, 'user');
  if (id === undefined) throw new NotFound('This program keeps no such user.');
  return id;
}
