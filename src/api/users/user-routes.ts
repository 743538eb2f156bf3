import { performDirectly } from '../../bulk-operations/actions/execution.ts';
import { keepAsOperation, keptOutcomes } from '../../bulk-operations/actions/kept-operation.ts';
import { inviteLater } from '../../bulk-operations/actions/scheduling.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { demandsFactor } from '../../groups/group.ts';
import { findGroup } from '../../groups/group-store.ts';
import { endMemberships, grantMemberships, setUntil } from '../../memberships/actions/membership-editing.ts';
import { findMemberships } from '../../memberships/membership-store.ts';
import { isWeightyAction, isWeightyMembership } from '../../permissions/weighty-givings.ts';
import { changeUsers } from '../../users/actions/changing/changing-users.ts';
import { createUser } from '../../users/actions/changing/user-creation.ts';
import { isWeightyChange } from '../../users/actions/changing/weighty-change.ts';
import { INVITATION } from '../../users/actions/invitation.ts';
import type { UserAction } from '../../users/actions/user-action.ts';
import { judgeUsers, performOnUsers, USER_ACTIONS } from '../../users/actions/user-actions.ts';
import { USER_EXPORT } from '../../users/list/user-export.ts';
import { listUsers } from '../../users/list/user-list.ts';
import { listPath, readListQuery } from '../../users/list/user-list-query.ts';
import type { Subject } from '../../users/user.ts';
import { stateLimits } from '../../users/user-state.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { writtenOfMade } from '../../verbs/facts.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { pageOf, USER } from '../contract/answers.ts';
import { actOfCaller } from '../contract/caller.ts';
import { listAnswer, PREFIX, requireKnown, sourceOf } from '../contract/lists.ts';
import { requireMail } from '../contract/required-mail.ts';
import { type Answer, type Call, type Route, route } from '../contract/route.ts';
import { toldUsers, userAnswer } from './told-users.ts';
import { MEMBERSHIP, NEW_USER, USER_CHANGE } from './user-fields.ts';

const READ: Route['needs'] = { right: ['users', 'read'] };
const WRITE: Route['needs'] = { right: ['users', 'write'] };
const MEMBERSHIPS_ASK =
  'where the group administers, the user is whoever’s token it is, or the group demands a second factor of them no longer';
const FILTERS = ['q', 'activity', 'state', 'tag', 'group', 'contact', 'starts', 'leaves', 'address', 'right', 'sort'];

/** What programs may do to users besides changing them: nothing of passwords, factors and links that somebody would get to see. */
const ACTIONS: Record<string, string> = {
  deactivate: 'Deactivate a user',
  activate: 'Activate a user, or restore one that was deleted',
  delete: 'Delete a user',
  reinvite: 'Invite a user by mail; a link sent before no longer works',
  'withdraw-invitation': 'Withdraw the invitation of a user',
  'reset-login-attempts': 'Reset the login attempts of a user',
  'end-sessions': 'End all sessions of a user',
  'confirm-access': 'Confirm that the access of a user is still needed',
};

export const USER_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/users',
    summary: 'A page of the users that a view means',
    tag: 'Users',
    needs: READ,
    filters: FILTERS,
    status: 200,
    answer: pageOf(USER),
    handle: list,
  }),
  route({
    method: 'post',
    path: '/users',
    summary: 'Make a user',
    tag: 'Users',
    needs: WRITE,
    body: NEW_USER,
    asks: {
      where: 'where it makes an administrator',
      holds: ({ app, viewer, body }) => isWeightyChange(app.db.read, viewer.id, undefined, body),
    },
    status: 201,
    answer: USER,
    handle: (call) =>
      call.write(async (trx, act) => {
        const { invite = false, email = null, ...values } = call.body;
        const id = await create(call, trx, act, { ...values, email }, invite);
        const made = await userAnswer(call.app, trx, call.viewer, id);
        return { ...made, status: 201, headers: { ...made.headers, Location: `${PREFIX}/users/${id}` } };
      }),
  }),
  route({
    method: 'get',
    path: '/users/{id}',
    summary: 'One user',
    tag: 'Users',
    needs: READ,
    status: 200,
    answer: USER,
    handle: ({ app, viewer, ids }) => userAnswer(app, app.db.read, viewer, ids.id),
  }),
  route({
    method: 'patch',
    path: '/users/{id}',
    summary: 'Change a user, as far as the body says',
    tag: 'Users',
    needs: WRITE,
    body: USER_CHANGE,
    isVersioned: true,
    asks: {
      where:
        'where it changes the email or whoever’s token it is, makes an administrator, lets one in for longer, or takes somebody out of a group that demands a second factor',
      holds: async (call) => isWeightyChange(call.app.db.read, call.viewer.id, await userMeant(call), call.body),
    },
    status: 200,
    answer: USER,
    handle: (call) =>
      call.write(async (trx, act) => {
        const { id } = call.ids;
        await requireSameKind(trx, act, id, call.body.apiOnly);
        await keepAsOperation(trx, act, { subjectType: 'user', action: 'edit' }, async (own) => {
          const versions = call.version === undefined ? undefined : new Map([[id, call.version]]);
          const changed = await changeUsers(trx, own, [id], call.body, versions);
          requireDone(changed.outcomes);
          return keptOutcomes(changed);
        });
        return userAnswer(call.app, trx, call.viewer, id);
      }),
  }),
  route({
    method: 'put',
    path: '/users/{id}/groups/{group}',
    summary: 'Put a user into a group, or set until when they are in it',
    tag: 'Memberships',
    needs: WRITE,
    body: MEMBERSHIP,
    asks: { where: MEMBERSHIPS_ASK, holds: (call) => changesWeightyMember(call, Boolean(call.body.until)) },
    status: 200,
    answer: USER,
    handle: (call) => call.write((trx, act) => grant(call, trx, act, call.body.until)),
  }),
  route({
    method: 'delete',
    path: '/users/{id}/groups/{group}',
    summary: 'Take a user out of a group',
    tag: 'Memberships',
    needs: WRITE,
    asks: { where: MEMBERSHIPS_ASK, holds: (call) => changesWeightyMember(call, true) },
    status: 200,
    answer: USER,
    handle: (call) =>
      call.write(async (trx, act) => {
        const { id, group } = call.ids;
        requireDone((await endMemberships(trx, act, { groupId: group, userIds: [id] })).outcomes);
        return userAnswer(call.app, trx, call.viewer, id);
      }),
  }),
  ...USER_ACTIONS.filter(({ name }) => name in ACTIONS).map((action) =>
    route({
      method: action.method,
      path: `/users/{id}/${action.path}`,
      summary: ACTIONS[action.name],
      tag: 'Users',
      needs: WRITE,
      ...(action.demandsProof && {
        asks: { where: 'where it lets an administrator in', holds: (call: Call<never>) => weighs(call, action) },
      }),
      status: 200,
      answer: USER,
      handle: (call) =>
        call.write(async (trx, act) => {
          const { id } = call.ids;
          requireDone(await judgeUsers(trx, act, action, [id]));
          if (action.makes) requireMail(call.app);
          const direct = { subjectType: 'user' as const, action: action.name, ids: [id] };
          requireDone((await performDirectly(trx, act, direct)).outcomes);
          return userAnswer(call.app, trx, call.viewer, id);
        }),
    }),
  ),
];

async function weighs({ app, req, caller, ids }: Call, action: UserAction): Promise<boolean> {
  const subjects = await findSubjects(app.db.read, [ids.id], minuteOf(app.clock()));
  return isWeightyAction(app.db.read, actOfCaller(app, req, caller), action, subjects);
}

async function userMeant({ app, ids }: Pick<Call, 'app' | 'ids'>): Promise<Subject | undefined> {
  const [subject] = await findSubjects(app.db.read, [ids.id], minuteOf(app.clock()));
  return subject;
}

async function changesWeightyMember(
  { app, viewer, ids }: Pick<Call, 'app' | 'viewer' | 'ids'>,
  ends: boolean,
): Promise<boolean> {
  const group = await findGroup(app.db.read, ids.group);
  if (ends && demandsFactor(group)) return true;
  return isWeightyMembership(app.db.read, viewer.id, group, [ids.id]);
}

async function list({ app, req, viewer }: Call): Promise<Answer> {
  await requireKnown({ app, req, viewer }, USER_EXPORT.problemsIn);
  const query = readListQuery(sourceOf(req), { columns: [] });
  const found = await listUsers(app.db.read, app.index, { query, limits: stateLimits(app), viewer });
  const ids = found.users.map(({ id }) => id);
  return listAnswer({
    total: found.total,
    items: await toldUsers(app, app.db.read, viewer, ids),
    next: found.next && listPath(query, { after: found.next, columnsGiven: false }),
    previous: found.previous && listPath(query, { before: found.previous, columnsGiven: false }),
  });
}

async function create(
  call: Call,
  trx: Transaction,
  act: Act,
  newUser: Parameters<typeof createUser>[2],
  invites: boolean,
): Promise<number> {
  if (invites) requireMail(call.app);
  let id = 0;
  await keepAsOperation(trx, act, { subjectType: 'user', action: 'create' }, async (own) => {
    id = await createUser(trx, own, newUser);
    const { startsAt } = newUser;
    if (invites && startsAt && startsAt > act.at) await inviteLater(trx, act, [id], startsAt);
    else if (invites) requireDone(await performOnUsers(trx, own, INVITATION, [id]));
    const [subject] = await findSubjects(trx, [id], minuteOf(act.at));
    return [{ subject, written: writtenOfMade(subject.activity) }];
  });
  return id;
}

/** To become API-only voids a password, and no token changes how people come in. */
async function requireSameKind(
  trx: Transaction,
  act: Act,
  id: number,
  apiOnly: object | null | undefined,
): Promise<void> {
  const [subject] = await findSubjects(trx, [id], minuteOf(act.at));
  if (apiOnly !== undefined && (apiOnly !== null) !== subject.apiOnly)
    throw new Forbidden('No token makes a program of a person, or the reverse: somebody does on the page.');
}

/** Who is in the group already has another end from now on, where one is said. */
async function grant(call: Call, trx: Transaction, act: Act, until: Instant | null | undefined): Promise<Answer> {
  const { id, group } = call.ids;
  const meant = { groupId: group, userIds: [id] };
  const known = (await findMemberships(trx, [id])).find(({ groupId }) => groupId === group);
  if (!known) requireDone((await grantMemberships(trx, act, meant, until ?? null)).outcomes);
  else if (until !== undefined && known.untilAt !== until)
    requireDone((await setUntil(trx, act, meant, until)).outcomes);
  return userAnswer(call.app, trx, call.viewer, id);
}
