import { performDirectly } from '../../bulk-operations/actions/execution.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { findTagNames, findTags } from '../../tags/tag-store.ts';
import { identityKey } from '../../text/identity-key.ts';
import type { Act } from '../../verbs/act.ts';
import { allOf, GROUP, TAG, USER } from '../contract/answers.ts';
import { Unprocessable } from '../contract/problem.ts';
import { type Answer, type Call, type Route, route } from '../contract/route.ts';
import { userAnswer } from '../users/told-users.ts';
import { tag } from '../users/user-fields.ts';
import { groupAnswer } from './group-routes.ts';

const OF = [
  {
    type: 'user' as const,
    path: '/users',
    answer: USER,
    told: ({ app, viewer, ids }: Call, db: Reader) => userAnswer(app, db, viewer, ids.id),
  },
  {
    type: 'group' as const,
    path: '/groups',
    answer: GROUP,
    told: ({ ids }: Call, db: Reader) => groupAnswer(db, ids.id),
  },
];

/** Tags are made by giving them, and are gone with the last that carries them. */
export const TAG_ROUTES: Route[] = OF.flatMap(({ type, path, answer, told }) => {
  const application = `${type}s` as const;
  const write: Route['needs'] = { right: [application, 'write'] };
  return [
    route({
      method: 'get',
      path: `/tags${path}`,
      summary: `The tags that any ${type} carries, by name`,
      tag: 'Tags',
      needs: { right: [application, 'read'] },
      status: 200,
      answer: allOf(TAG),
      handle: async ({ app }) => ({ body: { items: await findTags(app.db.read, type) } }),
    }),
    route({
      method: 'put',
      path: `${path}/{id}/tags/{tag}`,
      summary: `Give a ${type} a tag`,
      tag: 'Tags',
      needs: write,
      status: 200,
      answer,
      handle: (call) => call.write((trx, act) => changed(call, trx, act, true)),
    }),
    route({
      method: 'delete',
      path: `${path}/{id}/tags/{tag}`,
      summary: `Take a tag from a ${type}`,
      tag: 'Tags',
      needs: write,
      status: 200,
      answer,
      handle: (call) => call.write((trx, act) => changed(call, trx, act, false)),
    }),
  ];

  async function changed(call: Call, trx: Transaction, act: Act, isGiven: boolean): Promise<Answer> {
    const { id } = call.ids;
    const name = tagMeant(call);
    const before = await told(call, trx);
    const has = (await findTagNames(trx, type, [id])).get(id)?.some((one) => identityKey(one) === identityKey(name));
    if (isGiven && has) return before;
    const action = isGiven ? 'add-tag' : 'remove-tag';
    const direct = { subjectType: type, action, ids: [id], choices: { tag: name } };
    requireDone((await performDirectly(trx, act, direct)).outcomes);
    return told(call, trx);
  }
});

function tagMeant({ names }: Call): string {
  const { data, error } = tag.safeParse(names.tag);
  if (error) throw new Unprocessable({ tag: error.issues[0].message });
  return data;
}
