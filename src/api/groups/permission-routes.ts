import { z } from 'zod';
import { findApplications } from '../../applications/application-store.ts';
import { keepAsOperation, keptOutcomes } from '../../bulk-operations/actions/kept-operation.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { findGroup } from '../../groups/group-store.ts';
import { changePermissions } from '../../permissions/actions/changing-permissions.ts';
import type { Levels } from '../../permissions/permission-store.ts';
import type { Act } from '../../verbs/act.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { PERMISSIONS } from '../contract/answers.ts';
import { Unprocessable } from '../contract/problem.ts';
import { type Answer, type Call, type Route, route } from '../contract/route.ts';

const WRITE: Route['needs'] = { right: ['groups', 'write'] };
const ASKS = { where: 'always: a page asks it of every change of permissions', holds: () => true };
const LINKS_END = 'open links of members who could do less when they were made end with it';

const level = z.enum(['none', 'read', 'write']);
const GRANT = z.strictObject({ level: z.enum(['read', 'write'], 'It is read or write.') }).meta({ id: 'Grant' });
const CHANGE = z
  .strictObject({ permissions: z.record(z.string().min(1).max(100), level) })
  .meta({ id: 'PermissionChange' });

export const PERMISSION_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/groups/{id}/permissions',
    summary: 'What a group grants on each application that there is',
    tag: 'Permissions',
    needs: { right: ['groups', 'read'] },
    status: 200,
    answer: PERMISSIONS,
    handle: ({ app, ids }) => permissionsAnswer(app.db.read, ids.id),
  }),
  route({
    method: 'patch',
    path: '/groups/{id}/permissions',
    summary: `Let a group grant this, and on other applications what it did; ${LINKS_END}`,
    tag: 'Permissions',
    needs: WRITE,
    asks: ASKS,
    body: CHANGE,
    isVersioned: true,
    status: 200,
    answer: PERMISSIONS,
    handle: (call) =>
      call.write(async (trx, act) => {
        await requireApplications(trx, Object.keys(call.body.permissions));
        return change(trx, act, call, call.body.permissions);
      }),
  }),
  route({
    method: 'put',
    path: '/groups/{id}/permissions/{application}',
    summary: `Let a group grant a right; ${LINKS_END}`,
    tag: 'Permissions',
    needs: WRITE,
    asks: ASKS,
    body: GRANT,
    status: 200,
    answer: PERMISSIONS,
    handle: (call) => call.write(async (trx, act) => change(trx, act, call, await named(trx, call, call.body.level))),
  }),
  route({
    method: 'delete',
    path: '/groups/{id}/permissions/{application}',
    summary: 'Withdraw a right from a group',
    tag: 'Permissions',
    needs: WRITE,
    asks: ASKS,
    status: 200,
    answer: PERMISSIONS,
    handle: (call) => call.write(async (trx, act) => change(trx, act, call, await named(trx, call, 'none'))),
  }),
];

async function named(db: Reader, { names }: Pick<Call, 'names'>, to: Levels[string]): Promise<Levels> {
  const { application } = names;
  if (!(await findApplications(db)).some(({ key }) => key === application))
    throw new NotFound('There is no such application.');
  return { [application]: to };
}

/** What is withdrawn on something that is not there was mistyped. */
async function requireApplications(db: Reader, keys: string[]): Promise<void> {
  const known = new Set((await findApplications(db)).map(({ key }) => key));
  const unknown = keys.filter((key) => !known.has(key)).slice(0, 5);
  const errors = unknown.map((key) => [`permissions.${key}`, `There is no application ${key}.`]);
  if (unknown.length > 0) throw new Unprocessable(Object.fromEntries(errors));
}

async function change(
  trx: Transaction,
  act: Act,
  { ids, version }: Pick<Call, 'ids' | 'version'>,
  levels: Levels,
): Promise<Answer> {
  await findGroup(trx, ids.id);
  const versions = version === undefined ? undefined : new Map([[ids.id, version]]);
  await keepAsOperation(trx, act, { subjectType: 'group', action: 'edit-permissions' }, async (own) => {
    const changed = await changePermissions(trx, own, [ids.id], levels, versions);
    requireDone(changed.outcomes);
    return keptOutcomes(changed);
  });
  return permissionsAnswer(trx, ids.id);
}

async function permissionsAnswer(db: Reader, id: number): Promise<Answer> {
  const group = await findGroup(db, id);
  const items = (await findApplications(db)).map(({ key, name }) => ({
    application: key,
    name,
    level: group.rights[key] ?? 'none',
  }));
  return { headers: { ETag: `"${group.version}"` }, body: { items, version: group.version } };
}
