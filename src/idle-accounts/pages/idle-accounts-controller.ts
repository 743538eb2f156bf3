import { type Request, type Response, Router } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { typedFields } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { findUserNames } from '../../users/user-store.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { type Said, sayIdleRule } from '../actions/idle-rule-setting.ts';
import { MOST_A_DAY } from '../actions/idle-run.ts';
import { planIdle } from '../idle-plan.ts';
import { checkIdleDays, typedIdleDays, typedOfDays } from '../idle-rule-form.ts';
import { findIdleRule } from '../idle-rule-store.ts';

/** A page has an end: who comes behind so many idle accounts is not looked at for it. */
const MOST_LOOKED_AT = 2_000;
const MOST_NAMED = 25;

/** The rule of idle accounts, with whom it would touch today. */
export function idleAccountsController(app: AppContext): Router {
  const router = Router();
  const path = '/idle-accounts';
  const write = [requireRight('users', 'write'), requireRight('settings', 'write')];
  // What somebody has done to others day after day at an open browser lasts (R54).
  const asks = confirmed(app);

  router.get(path, requireRight('users', 'read'), (req, res) => show(req, res));

  router.patch(path, write, asks, async (req: Request, res: Response) => {
    const typed = typedIdleDays(req.body);
    const { values, errors } = checkIdleDays(typed);
    if (errors) return show(req, res, { typed, errors });
    await say(req, { days: values, version: Number(typed.version) });
    flash(req, 'Saved.');
    res.redirect(303, path);
  });

  router.post(`${path}/activation`, write, asks, async (req: Request, res: Response) => {
    const { version } = typedFields(req.body, ['version']);
    await say(req, { isOn: true, version: Number(version) });
    flash(req, 'The rule is on: it acts once a day, from seven in the morning on by your clock.');
    res.redirect(303, path);
  });

  router.delete(`${path}/activation`, write, async (req: Request, res: Response) => {
    await say(req, { isOn: false });
    flash(req, 'The rule is off: nobody is asked, and nobody deactivated.');
    res.redirect(303, path);
  });

  return router;

  async function say(req: Request, said: Omit<Said, 'zone'>): Promise<void> {
    const { zone } = formatOf(req);
    await app.db.write((trx) => sayIdleRule(trx, actOf(app, req), { zone, ...said }));
  }

  async function show(req: Request, res: Response, mistaken?: { typed: Typed; errors: Errors }): Promise<void> {
    const db = app.db.read;
    const rule = await findIdleRule(db);
    const moment = { now: app.clock(), ranSeconds: rule.ranSeconds };
    const plan = await planIdle(db, rule, moment, { most: MOST_LOOKED_AT, looked: MOST_LOOKED_AT });
    const mayChange = may(req.viewer!, 'users', 'write') && may(req.viewer!, 'settings', 'write');
    const page = {
      title: 'Idle accounts',
      rule,
      plan,
      mayChange,
      sendsMail: app.actSettings.sendsMail,
      mostNamed: MOST_NAMED,
      mostADay: MOST_A_DAY,
      setBy: (await findUserNames(db, [rule.setBy])).get(rule.setBy ?? 0),
      typed: typedOfDays(rule),
      errors: {},
      ...mistaken,
    };
    render(req, res, 'idle-accounts/show', page, { status: mistaken ? 422 : 200 });
  }
}
