import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { firstOf, meansNobody } from '../../lists/list-query.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { keptColumns } from '../../users/list/user-list-columns.ts';
import { keptPath, readListPath } from '../../users/list/user-list-query.ts';
import { flash } from '../../web/flash.ts';
import { takeKept } from '../../web/kept-form.ts';
import { render } from '../../web/render.ts';
import { safePath } from '../../web/safe-path.ts';
import { leadTo } from '../../web/whole-page.ts';
import { keepView, renameView, replaceView } from '../actions/view-keeping.ts';
import { LONGEST_ADDRESS, mayShare, type SavedView } from '../saved-view.ts';
import { checkName, checkNewView, checkReplacing, typedView } from '../saved-view-form.ts';
import { findVisibleViews } from '../saved-view-store.ts';
import { ownViewOf } from './addressed-view.ts';

const NOT_KEPT =
  'This view cannot be kept: its filters and its search are too long, or it has filters that there are not.';

interface FormState {
  typed: Typed;
  errors?: Errors;
  /** The view that is renamed; undefined where one is kept. */
  savedView?: SavedView;
}

/** The form for the view that the address names. */
export async function showNewView(app: AppContext, req: Request, res: Response): Promise<void> {
  const [view = '', name = ''] = [firstOf(req.query.view), firstOf(req.query.name)];
  const typed = typedView(takeKept(req) ?? { view, name, pinned: 'yes' });
  const errors: Errors = addressIn(req, typed.view) === undefined ? { view: NOT_KEPT } : {};
  await showForm(app, req, res, { typed, errors });
}

export async function keepFromForm(app: AppContext, req: Request, res: Response): Promise<void> {
  const typed = typedView(req.body);
  const address = addressIn(req, typed.view);
  const failed = (errors: Errors) => showForm(app, req, res, { typed, errors });
  if (address === undefined) return failed({ view: NOT_KEPT });
  await unlessFieldErrors(app, req, failed, async () => {
    const act = actOf(app, req);
    if (typed.replaces !== '') {
      const { values, errors } = checkReplacing(typed);
      if (errors) return failed(errors);
      const { name } = await app.db.write((trx) => replaceView(trx, act, values.replaces, address));
      flash(req, `The view ${name} shows this from now on.`);
    } else {
      const { values, errors } = checkNewView(typed);
      if (errors) return failed(errors);
      await app.db.write((trx) => keepView(trx, act, address, values));
      flash(req, `The view ${values.name} is kept.`);
    }
    leadTo(req, res, address);
  });
}

export async function showRenaming(app: AppContext, req: Request, res: Response): Promise<void> {
  const savedView = await ownViewOf(app, req);
  await showForm(app, req, res, { typed: typedView(takeKept(req) ?? { name: savedView.name }), savedView });
}

export async function renameFromForm(app: AppContext, req: Request, res: Response): Promise<void> {
  const savedView = await ownViewOf(app, req);
  const typed = typedView(req.body);
  const failed = (errors: Errors) => showForm(app, req, res, { typed, errors, savedView });
  const { values, errors } = checkName(typed);
  if (errors) return failed(errors);
  await unlessFieldErrors(app, req, failed, async () => {
    await app.db.write((trx) => renameView(trx, actOf(app, req), savedView.id, values.name));
    flash(req, `The view is called ${values.name} now.`);
    leadTo(req, res, '/saved-views');
  });
}

async function showForm(app: AppContext, req: Request, res: Response, state: FormState): Promise<void> {
  const { typed, errors = {}, savedView } = state;
  const views = savedView ? [] : await findVisibleViews(app.db.read, req.viewer!.id);
  const page = {
    title: savedView ? `Rename ${savedView.name}` : 'Save this view',
    typed,
    errors,
    savedView,
    backPath: savedView ? '/saved-views' : (addressIn(req, typed.view) ?? '/users'),
    own: views.filter((one) => one.ownerId === req.viewer!.id),
    mayShare: mayShare(req.viewer!),
  };
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  render(req, res, 'saved-views/form', page, { status, fragments: { 'dialog-body': 'saved-views/_form' } });
}

/** What is kept of an address of the list, if that can be; where it does not say which columns, those that its reader sees. */
function addressIn(req: Request, view: unknown): string | undefined {
  const path = view === '' ? '/users' : safePath(view);
  if (path?.split('?')[0] !== '/users') return undefined;
  const query = readListPath(path, { columns: keptColumns(req.viewer!.user.listColumns) });
  const address = keptPath(query);
  return address.length > LONGEST_ADDRESS || meansNobody(query) ? undefined : address;
}
