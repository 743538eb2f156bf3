import { performDirectly } from '../../bulk-operations/actions/execution.ts';
import { keepAsOperation, keptOutcomes } from '../../bulk-operations/actions/kept-operation.ts';
import type { Reader } from '../../db/database.ts';
import { FieldErrors, RefusedFields } from '../../forms/form.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { changeGroups } from '../../groups/actions/changing-groups.ts';
import { GROUP_ACTIONS } from '../../groups/actions/group-actions.ts';
import { createGroup } from '../../groups/actions/group-creation.ts';
import { liftsDemand, mayAppoint } from '../../groups/group.ts';
import { GROUP_EXPORT } from '../../groups/group-export.ts';
import { listGroups } from '../../groups/group-list.ts';
import { groupsPath, readGroupQuery } from '../../groups/group-list-query.ts';
import { findGroupsOf } from '../../groups/group-store.ts';
import { isWeightyAction } from '../../permissions/weighty-givings.ts';
import { findTagNames } from '../../tags/tag-store.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { GROUP, pageOf } from '../contract/answers.ts';
import { actOfCaller } from '../contract/caller.ts';
import { listAnswer, PREFIX, requireKnown, sourceOf } from '../contract/lists.ts';
import { type Answer, type Call, type Route, route } from '../contract/route.ts';
import { GROUP_CHANGE, NEW_GROUP } from './group-fields.ts';

const READ: Route['needs'] = { right: ['groups', 'read'] };
const WRITE: Route['needs'] = { right: ['groups', 'write'] };

export const GROUP_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/groups',
    summary: 'A page of the groups that a view means',
    tag: 'Groups',
    needs: READ,
    filters: ['q', 'activity', 'leader', 'tag', 'sort'],
    status: 200,
    answer: pageOf(GROUP),
    handle: list,
  }),
  route({
    method: 'post',
    path: '/groups',
    summary: 'Make a group, which grants nothing yet',
    tag: 'Groups',
    needs: WRITE,
    body: NEW_GROUP,
    status: 201,
    answer: GROUP,
    handle: (call) =>
      call.write(async (trx, act) => {
        const id = await asTheBodySays(trx, act, call.body, () => createGroup(trx, act, call.body));
        const made = await groupAnswer(trx, id);
        return { ...made, status: 201, headers: { ...made.headers, Location: `${PREFIX}/groups/${id}` } };
      }),
  }),
  route({
    method: 'get',
    path: '/groups/{id}',
    summary: 'One group',
    tag: 'Groups',
    needs: READ,
    status: 200,
    answer: GROUP,
    handle: ({ app, ids }) => groupAnswer(app.db.read, ids.id),
  }),
  route({
    method: 'patch',
    path: '/groups/{id}',
    summary: 'Change a group, as far as the body says',
    tag: 'Groups',
    needs: WRITE,
    body: GROUP_CHANGE,
    asks: {
      where: 'where it no longer demands a second factor',
      holds: async ({ app, ids, body }) =>
        (await findGroupsOf(app.db.read, [ids.id])).some((group) => liftsDemand(group, body)),
    },
    isVersioned: true,
    status: 200,
    answer: GROUP,
    handle: (call) =>
      call.write(async (trx, act) => {
        const { id } = call.ids;
        await keepAsOperation(trx, act, { subjectType: 'group', action: 'edit' }, async (own) => {
          const versions = call.version === undefined ? undefined : new Map([[id, call.version]]);
          return asTheBodySays(trx, own, call.body, async () => {
            const changed = await changeGroups(trx, own, [id], call.body, versions);
            requireDone(changed.outcomes);
            return keptOutcomes(changed);
          });
        });
        return groupAnswer(trx, id);
      }),
  }),
  ...(
    [
      ['post', 'deactivation', 'deactivate', 'Deactivate a group'],
      ['delete', 'deactivation', 'activate', 'Activate a group, or restore it'],
      ['post', 'deletion', 'delete', 'Delete a group'],
    ] as const
  ).map(([method, noun, action, summary]) =>
    route({
      method,
      path: `/groups/{id}/${noun}`,
      summary,
      tag: 'Groups',
      needs: WRITE,
      asks: {
        where: 'where it makes administrators, demands a second factor no longer, or whoever’s token it is is a member',
        holds: (call) => weighs(call, action),
      },
      status: 200,
      answer: GROUP,
      handle: (call) =>
        call.write(async (trx, act) => {
          const { id } = call.ids;
          await groupAnswer(trx, id);
          requireDone((await performDirectly(trx, act, { subjectType: 'group', action, ids: [id] })).outcomes);
          return groupAnswer(trx, id);
        }),
    }),
  ),
];

/** As an operation on many groups weighs. */
async function weighs({ app, req, caller, ids }: Call, name: string): Promise<boolean> {
  const action = GROUP_ACTIONS.find((one) => one.name === name)!;
  const groups = await findGroupsOf(app.db.read, [ids.id]);
  return isWeightyAction(app.db.read, actOfCaller(app, req, caller), action, groups);
}

async function list({ app, req, viewer }: Call): Promise<Answer> {
  await requireKnown({ app, req, viewer }, GROUP_EXPORT.problemsIn);
  const query = readGroupQuery(sourceOf(req));
  const found = await listGroups(app, query, 0);
  return listAnswer({
    total: found.total,
    items: await toldGroups(
      app.db.read,
      found.groups.map(({ id }) => id),
    ),
    next: found.next && groupsPath(query, { after: found.next }),
    previous: found.previous && groupsPath(query, { before: found.previous }),
  });
}

/** Whoever is to lead is named by a number here, and by name on the page. */
async function asTheBodySays<Result>(
  db: Reader,
  { by }: Pick<Act, 'by'>,
  { leaderId }: { leaderId?: number | null },
  work: () => Promise<Result>,
): Promise<Result> {
  // Nobody is looked up for others: the answer must not tell who exists.
  if (leaderId && mayAppoint(by) && (await findUsers(db, [leaderId])).length === 0)
    throw new FieldErrors({ leaderId: 'There is no user with this number.' });
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FieldErrors) || error.errors.leader === undefined) throw error;
    const { leader, ...others } = error.errors;
    const renamed = { ...others, leaderId: leader };
    throw error instanceof RefusedFields ? new RefusedFields(renamed) : new FieldErrors(renamed);
  }
}

async function toldGroups(db: Reader, ids: number[]) {
  const tags = await findTagNames(db, 'group', ids);
  return (await findGroupsOf(db, ids)).map((group) => ({
    id: group.id,
    name: group.name,
    activity: group.activity,
    description: group.description,
    leader: group.leaderId === null ? null : { id: group.leaderId, name: group.leaderName ?? '' },
    permissions: group.rights,
    requiresSecondFactor: group.requiresSecondFactor,
    canBeAskedFor: group.canBeAskedFor,
    tags: tags.get(group.id) ?? [],
    createdAt: group.createdAt,
    version: group.version,
  }));
}

export async function groupAnswer(db: Reader, id: number): Promise<Answer> {
  const [group] = await toldGroups(db, [id]);
  if (!group) throw new NotFound('There is no such group.');
  return { headers: { ETag: `"${group.version}"` }, body: group };
}
