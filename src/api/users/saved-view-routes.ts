import { z } from 'zod';
import type { Viewer } from '../../access/viewer.ts';
import type { Reader } from '../../db/database.ts';
import { sourceIn } from '../../lists/list-query.ts';
import { deleteView, keepView } from '../../saved-views/actions/view-keeping.ts';
import { LONGEST_ADDRESS, type SavedView } from '../../saved-views/saved-view.ts';
import { viewName } from '../../saved-views/saved-view-form.ts';
import { findView, findVisibleViews } from '../../saved-views/saved-view-store.ts';
import { USER_EXPORT } from '../../users/list/user-export.ts';
import { keptPath, readListQuery } from '../../users/list/user-list-query.ts';
import { allOf, SAVED_VIEW } from '../contract/answers.ts';
import { PREFIX } from '../contract/lists.ts';
import { Unprocessable } from '../contract/problem.ts';
import { type Route, route } from '../contract/route.ts';

const READ: Route['needs'] = { right: ['users', 'read'] };
/** Who may look at users keeps views; a token that only reads keeps nothing. */
const KEEP: Route['needs'] = { right: ['users', 'read'], scope: 'users:write' };

const NEW_VIEW = z
  .strictObject({
    name: viewName,
    view: z
      .string()
      .max(LONGEST_ADDRESS)
      .describe('What the list of users takes after the question mark: `state=locked&q=sales`.'),
    shared: z
      .boolean()
      .optional()
      .describe('Whether all see it who may read users; only who may change users shares one.'),
    pinned: z.boolean().optional().describe('Whether it stands beside the list of whoever keeps it.'),
  })
  .meta({ id: 'NewSavedView' });

export const SAVED_VIEW_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/saved-views',
    summary: 'Your views of the users, and those that others share',
    tag: 'Saved views',
    needs: READ,
    status: 200,
    answer: allOf(SAVED_VIEW),
    handle: async ({ app, viewer }) => ({
      body: { items: (await findVisibleViews(app.db.read, viewer.id)).map(told) },
    }),
  }),
  route({
    method: 'post',
    path: '/saved-views',
    summary: 'Keep a view under a name',
    tag: 'Saved views',
    needs: KEEP,
    body: NEW_VIEW,
    status: 201,
    answer: SAVED_VIEW,
    handle: (call) =>
      call.write(async (trx, act) => {
        await act.confirm?.(trx);
        const { name, view, shared = false, pinned = false } = call.body;
        const address = await addressOf(trx, view, act.by);
        const id = await keepView(trx, act, address, { name, shared, pinned });
        const made = await findView(trx, call.viewer.id, id);
        return { headers: { Location: `${PREFIX}/saved-views/${id}` }, body: told(made) };
      }),
  }),
  route({
    method: 'get',
    path: '/saved-views/{id}',
    summary: 'One view',
    tag: 'Saved views',
    needs: READ,
    status: 200,
    answer: SAVED_VIEW,
    handle: async ({ app, viewer, ids }) => ({ body: told(await findView(app.db.read, viewer.id, ids.id)) }),
  }),
  route({
    method: 'delete',
    path: '/saved-views/{id}',
    summary: 'Delete a view of your own, or with write on settings one that is shared',
    tag: 'Saved views',
    needs: KEEP,
    status: 200,
    answer: SAVED_VIEW,
    handle: (call) =>
      call.write(async (trx, act) => {
        await act.confirm?.(trx);
        return { body: told(await deleteView(trx, act, call.ids.id)) };
      }),
  }),
];

/** A view that means something else than it says would be kept for long. */
async function addressOf(db: Reader, view: string, viewer: Viewer): Promise<string> {
  const problems = await USER_EXPORT.problemsIn(db, view, viewer);
  const address = keptPath(readListQuery(sourceIn(view)));
  if (address.length > LONGEST_ADDRESS) problems.push('Its filters and its search are too long.');
  if (problems.length > 0) throw new Unprocessable({ view: problems.slice(0, 5).join(' ') });
  return address;
}

function told({ id, name, address, ownerId, ownerName, isShared }: SavedView) {
  const view = new URLSearchParams(address.split('?')[1] ?? '');
  // Which columns a page shows is nothing to a program.
  view.delete('column');
  return { id, name, view: view.toString(), owner: { id: ownerId, name: ownerName }, isShared };
}
