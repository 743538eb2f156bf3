import { Router } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { typedFields } from '../../forms/form.ts';
import { DATE_STYLES, formatIn } from '../../text/format.ts';
import { findWhoWantToBeTold } from '../../users/leaving-reminder-store.ts';
import { setTheme, setTimes, setToldOfLeaving } from '../../users/user-store.ts';
import { Malformed } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireRight, requireSignIn } from '../../web/guards/authorization.ts';
import { keepCookie } from '../../web/reader/kept-cookie.ts';
import { cookieOf, knownChoice, PREFERENCES } from '../../web/reader/preferences.ts';
import { browserZone } from '../../web/reader/reader-format.ts';
import { currentPage, isHtmx, render } from '../../web/render.ts';
import { safePath } from '../../web/safe-path.ts';
import { setWeeklyMail } from '../../weekly-mails/actions/weekly-mailing.ts';
import { isSubscribed } from '../../weekly-mails/weekly-mail-store.ts';

const TIME_ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')];
const EXAMPLE = '2026-11-22T18:30:00.000Z';

/** Density and shortcuts, for this browser; theme and how times are written, for the person. */
export function preferencesController({ config, db, clock, mail }: AppContext): Router {
  const router = Router();

  router.get('/preferences', async (req, res) => {
    const { viewer } = req;
    const mayBeMailed = viewer !== undefined && may(viewer, 'users', 'write');
    const told = viewer ? await findWhoWantToBeTold(db.read, [viewer.id]) : [];
    render(req, res, 'preferences/show', {
      title: 'Preferences',
      isToldOfLeaving: told.length > 0,
      mayMail: mail !== undefined,
      browserZone: browserZone(req),
      timeZone: req.viewer?.user.timeZone ?? '',
      timeZones: TIME_ZONES,
      dateOrder: req.viewer?.user.dateOrder ?? '',
      dateStyles: DATE_STYLES.map((dates) => [dates, formatIn({ zone: 'UTC', dates }).moment(EXAMPLE)]),
      mayBeMailed,
      isMailed: mayBeMailed && (await isSubscribed(db.read, viewer.id)),
    });
  });

  // Of every page: it comes when it is opened, and its links and its form know the page that it is opened on.
  router.get('/menu', requireSignIn, (req, res) => {
    const here = safePath(req.query.next) ?? (currentPage(req) || req.path);
    const page = { title: 'Your menu', here, path: here.split('?')[0] };
    render(req, res, 'preferences/menu', page, { fragments: { 'own-menu': 'preferences/_menu' } });
  });

  // A choice of the person, wherever they sign in.
  router.patch('/preferences/times', requireSignIn, async (req, res) => {
    const { zone, dates } = typedFields(req.body, ['zone', 'dates']);
    // Other spellings are zones too, but the page could not show which one is chosen.
    if (zone !== '' && !TIME_ZONES.includes(zone)) throw new Malformed('There is no such time zone.');
    const dateOrder = DATE_STYLES.find((style) => style === dates) ?? null;
    if (dates !== (dateOrder ?? '')) throw new Malformed('Dates are not written that way.');
    await db.write((trx) => setTimes(trx, req.viewer!.id, { zone: zone || null, dateOrder }));
    flash(req, zone === '' ? 'Times are those of your browser.' : `Times are those of ${zone}.`);
    res.redirect(303, '/preferences');
  });

  router.patch('/preferences/mails', requireSignIn, async (req, res) => {
    const { ownLeaving } = typedFields(req.body, ['ownLeaving']);
    await db.write((trx) => setToldOfLeaving(trx, req.viewer!.id, ownLeaving === 'yes'));
    flash(
      req,
      ownLeaving === 'yes' ? 'You are told before your access ends.' : 'You are not told before your access ends.',
    );
    res.redirect(303, '/preferences');
  });

  // Nothing else than what the list of users shows them.
  router.patch('/preferences/weekly-mail', requireRight('users', 'write'), async (req, res) => {
    const { weekly } = typedFields(req.body, ['weekly']);
    const isOn = weekly !== '';
    await setWeeklyMail(db, req.viewer!.user, { isOn, now: clock() });
    flash(
      req,
      isOn ? 'You are mailed each Monday on which something waits.' : 'You are not mailed each week any more.',
    );
    res.redirect(303, '/preferences');
  });

  router.post('/preferences', async (req, res) => {
    const typed = typedFields(req.body, [...PREFERENCES.map(({ name }) => name), 'next']);
    for (const { name } of PREFERENCES) {
      const value = knownChoice(name, typed[name]);
      if (value) keepCookie(res, cookieOf(name), value, { secure: config.secure });
    }
    const theme = knownChoice('theme', typed.theme);
    if (req.viewer && theme && theme !== req.viewer.user.theme)
      await db.write((trx) => setTheme(trx, req.viewer!.id, theme));
    if (isHtmx(req)) res.status(204).end();
    else res.redirect(303, safePath(typed.next) ?? '/preferences');
  });

  return router;
}
