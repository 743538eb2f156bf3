import { type Request, type Response, Router } from 'express';
import { isSetUp } from '../../access/administrators.ts';
import { EVERYTHING } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import { type Errors, FieldErrors, typedFields } from '../../forms/form.ts';
import { Lines } from '../../passwords/lines.ts';
import { newPasswordErrors, typedPassword } from '../../passwords/new-password.ts';
import { personalWords } from '../../passwords/password.ts';
import { actOf, firstEntry } from '../../sessions/pages/act.ts';
import { startSession } from '../../sessions/pages/authentication.ts';
import { recordSignIn } from '../../sessions/recorded-sign-in.ts';
import { format } from '../../text/format.ts';
import { checkUser, emptyUser } from '../../users/user-form.ts';
import { Gone, NotFound } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { LATE } from '../../web/http-error.ts';
import { render } from '../../web/render.ts';
import { createFirstAdministrator } from '../actions/first-administrator.ts';
import { isSetupToken } from '../setup-link-store.ts';

interface Named {
  name: string;
  email: string;
}

/** Who acts where nobody can be signed in yet. */
const SETUP = { id: null, name: 'setup', rights: EVERYTHING };

/** The first administrator, by the one-time link that the start prints; there is no default account (R14). */
export function setupController(app: AppContext): Router {
  const router = Router();
  const lines = new Lines();

  router.get('/setup', async (req, res) => {
    await requireSetup(req);
    show(req, res, { name: '', email: '' });
  });

  router.get('/setup/:token', async (req, res) => {
    if (!(await isSetupToken(app.db.read, req.params.token, app.setupToken)))
      throw new Gone('Only the newest link that the start printed opens the setup page.');
    req.session.setup = true;
    res.redirect(303, '/setup');
  });

  router.post('/setup', async (req, res) => {
    await requireSetup(req);
    const named = typedFields(req.body, ['name', 'email']);
    if (req.isLate) return show(req, res, named, {}, LATE);
    const typed = typedPassword(req.body);
    const errors = await mistakesIn(named, typed);
    if (Object.keys(errors).length > 0) return show(req, res, named, errors);
    await begin(req, res, named, typed.password).catch((error) => {
      if (!(error instanceof FieldErrors)) throw error;
      show(req, res, named, error.errors);
    });
  });

  async function mistakesIn(named: Named, password: ReturnType<typeof typedPassword>): Promise<Errors> {
    return {
      ...(await newPasswordErrors(password, personalWords(named, app.config.instanceName))),
      ...checkUser({ ...emptyUser(), ...named }, format).errors,
    };
  }

  /** Makes the administrator and signs them in. */
  async function begin(req: Request, res: Response, named: Named, password: string): Promise<void> {
    // One after the other, each looking again when its turn comes.
    const user = await lines.run('', async () => {
      await requireSetup(req);
      const passwordHash = await app.hasher.hash(password);
      return createFirstAdministrator(app.db, actOf(app, req, SETUP), { ...named, passwordHash });
    });
    await app.db.write((trx) => recordSignIn(trx, user.id, firstEntry(app, req)));
    await startSession(app, req, res, user);
    flash(req, 'Roster is yours. Create the people who may sign in.');
    res.redirect(303, '/users');
  }

  async function requireSetup(req: Request): Promise<void> {
    if (await isSetUp(app.db.read)) throw new NotFound();
    if (!req.session.setup) throw new Gone('Open the setup link that the start printed on the console.');
  }

  function show(req: Request, res: Response, typed: Named, errors: Errors = {}, late?: string): void {
    const status = Object.keys(errors).length > 0 || late ? 422 : 200;
    render(req, res, 'setup/show', { title: 'Set up', typed, errors, late }, { status });
  }

  return router;
}
