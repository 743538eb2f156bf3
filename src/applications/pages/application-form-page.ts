import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { minuteOf } from '../../clock.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { staleForm } from '../../forms/stale-form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { flash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import { unlessStale } from '../../web/stale-form.ts';
import { findFirstGroups, registerApplication, updateApplication } from '../actions/application-editing.ts';
import type { Application } from '../application.ts';
import { checkApplication, checkNewApplication, typedApplication } from '../application-form.ts';
import { backTo, registeredOf } from './addressed-application.ts';

interface FormState {
  typed: Typed;
  errors?: Errors;
  /** The application that is edited; undefined for a new one. */
  application?: Application;
  /** What somebody else saved since the form was opened, by field. */
  theirs?: Errors;
  status?: number;
}

/** New Application was sent: the form again, or an application more. */
export async function registerFromForm(app: AppContext, req: Request, res: Response): Promise<void> {
  const typed = typedApplication(req.body);
  const failed = (errors: Errors) => showForm(app, req, res, { typed, errors, status: 422 });
  const { values, errors } = checkNewApplication(typed);
  if (errors) return failed(errors);
  await unlessFieldErrors(app, req, failed, async () => {
    await app.db.write((trx) => registerApplication(trx, actOf(app, req), values));
    flash(req, `The application ${values.name} is registered. Groups can grant rights on it now.`);
    res.redirect(303, backTo(req.viewer!, `/applications/${values.key}`));
  });
}

/** Edit was sent: the form again, or the application changed. */
export async function saveFromForm(
  app: AppContext,
  req: Request,
  res: Response,
  application: Application,
): Promise<void> {
  const typed = typedApplication(req.body);
  const { values, errors } = checkApplication(typed);
  if (errors) return showForm(app, req, res, { typed, errors, application, status: 422 });
  const version = Number(typed.version);
  await unlessStale(
    async () => {
      const stale = staleForm(typed, typedOf(await registeredOf(app, req)), typedApplication);
      await showForm(app, req, res, { ...stale, application, status: 409 });
    },
    async () => {
      await app.db.write((trx) => updateApplication(trx, actOf(app, req), application.key, version, values));
      flash(req, 'Saved.');
      res.redirect(303, backTo(req.viewer!, `/applications/${application.key}`));
    },
  );
}

/** New Application and Edit: one page, filled from the same fields. */
export async function showForm(app: AppContext, req: Request, res: Response, state: FormState): Promise<void> {
  const { typed, errors = {}, application, theirs, status } = state;
  const groups = await findFirstGroups(app.db.read, req.viewer!, minuteOf(app.clock()));
  const title = application ? `Edit ${application.name}` : 'New Application';
  const backPath = backTo(req.viewer!, application ? `/applications/${application.key}` : '/applications');
  render(req, res, 'applications/form', { title, typed, errors, application, theirs, groups, backPath }, { status });
}

/** The form as it stands. */
export function typedOf({ name, description, registered }: Application): Typed {
  return { name, description, version: String(registered?.version) };
}
