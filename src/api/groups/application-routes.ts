import { z } from 'zod';
import { APPLICATIONS, type Rights } from '../../access/rights.ts';
import {
  deleteApplication,
  registerApplication,
  updateApplication,
} from '../../applications/actions/application-editing.ts';
import type { Application } from '../../applications/application.ts';
import { APPLICATION_FIELDS, APPLICATION_KEY } from '../../applications/application-form.ts';
import { findApplication, findApplications } from '../../applications/application-store.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { findGroupsGranting } from '../../groups/group-store.ts';
import { findSignedIn } from '../../sessions/signed-in.ts';
import type { Act } from '../../verbs/act.ts';
import { APPLICATION, allOf } from '../contract/answers.ts';
import { PREFIX } from '../contract/lists.ts';
import { requireOpen } from '../contract/needs.ts';
import { type Answer, type Call, type Route, route } from '../contract/route.ts';
import { id } from '../users/user-fields.ts';

const READ: Route['needs'] = {
  said: 'Needs the scopes `groups:read` and `users:read`, and a user who may read both: what rights these are is told of them.',
};
const WRITE: Route['needs'] = { right: ['settings', 'write'] };
const GRANTS = 'with the scope `groups:write`, for it grants';

const NEW = z
  .strictObject({
    key: APPLICATION_KEY,
    ...APPLICATION_FIELDS,
    groupId: id.describe('An active group that its user is in and may change: it may write on it from the beginning.'),
  })
  .partial({ description: true })
  .meta({ id: 'NewApplication' });
const CHANGE = z.strictObject(APPLICATION_FIELDS).partial().meta({ id: 'ApplicationChange' });

export const APPLICATION_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/applications',
    summary: 'What groups can grant rights on: the parts of Roster, then what was registered, by name',
    tag: 'Applications',
    needs: READ,
    status: 200,
    answer: allOf(APPLICATION),
    async handle(call) {
      requireReading(call);
      return { body: { items: (await findApplications(call.app.db.read)).map(told) } };
    },
  }),
  route({
    method: 'post',
    path: '/applications',
    summary: `Register an application, ${GRANTS} a group the right to write on it`,
    tag: 'Applications',
    needs: WRITE,
    body: NEW,
    status: 201,
    answer: APPLICATION,
    handle: (call) =>
      call.write(async (trx, act) => {
        const { description = '', ...values } = call.body;
        await registerApplication(trx, await holdingWhatTheyDo(trx, act), { ...values, description });
        const answer = await applicationAnswer(trx, values.key);
        return { ...answer, headers: { ...answer.headers, Location: `${PREFIX}/applications/${values.key}` } };
      }),
  }),
  route({
    method: 'get',
    path: '/applications/{application}',
    summary: 'One application',
    tag: 'Applications',
    needs: READ,
    status: 200,
    answer: APPLICATION,
    async handle(call) {
      requireReading(call);
      return applicationAnswer(call.app.db.read, call.names.application);
    },
  }),
  route({
    method: 'patch',
    path: '/applications/{application}',
    summary: 'Name or describe one that was registered otherwise; its key stays',
    tag: 'Applications',
    needs: WRITE,
    body: CHANGE,
    isVersioned: true,
    status: 200,
    answer: APPLICATION,
    handle: (call) =>
      call.write(async (trx, act) => {
        const key = call.names.application;
        const { name, description, registered } = await findApplication(trx, key);
        const version = call.version ?? registered?.version ?? 0;
        await updateApplication(trx, act, key, version, { name, description, ...call.body });
        return applicationAnswer(trx, key);
      }),
  }),
  route({
    method: 'delete',
    path: '/applications/{application}',
    summary: `Take away one that was registered; where groups grant rights on it ${GRANTS.replace(', for it grants', '')}, by a user who may write on it`,
    tag: 'Applications',
    needs: WRITE,
    status: 200,
    answer: APPLICATION,
    handle: (call) => call.write(async (trx, act) => remove(trx, act, call)),
  }),
];

function requireReading({ caller }: Call): void {
  requireOpen(caller, ['groups', 'read']);
  requireOpen(caller, ['users', 'read']);
}

async function remove(trx: Transaction, act: Act, { caller, names }: Call): Promise<Answer> {
  const key = names.application;
  const application = await findApplication(trx, key);
  if ((await findGroupsGranting(trx, key)).length > 0) requireOpen(caller, ['groups', 'write']);
  await deleteApplication(trx, await holdingWhatTheyDo(trx, act), key);
  return { body: told(application) };
}

/** A token opens no rights on registered applications: what its user may do with these goes by what they hold themself. */
async function holdingWhatTheyDo(trx: Transaction, act: Act): Promise<Act> {
  const user = act.by.id === null ? undefined : await findSignedIn(trx, act.by.id, minuteOf(act.at));
  return { ...act, by: { ...act.by, rights: { ...registeredOf(user?.rights ?? {}), ...act.by.rights } } };
}

function registeredOf(rights: Rights): Rights {
  const builtIn = new Set<string>(APPLICATIONS);
  return Object.fromEntries(Object.entries(rights).filter(([key]) => !builtIn.has(key)));
}

async function applicationAnswer(db: Reader, key: string): Promise<Answer> {
  const application = await findApplication(db, key);
  const { registered } = application;
  return { headers: registered ? { ETag: `"${registered.version}"` } : {}, body: told(application) };
}

function told({ key, name, description, registered }: Application) {
  return { key, name, description, registeredAt: registered?.at ?? null, version: registered?.version ?? null };
}
