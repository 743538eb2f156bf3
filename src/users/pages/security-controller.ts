import { Router } from 'express';
import { may, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { DAY, dayOf, instant } from '../../clock.ts';
import { findStranded } from '../../passkeys/passkey-store.ts';
import { relyingPartyOf } from '../../passkeys/relying-party.ts';
import { countFailedSignIns, findAttemptsOnUnknownNames } from '../../sessions/login-attempt-store.ts';
import { browserName } from '../../text/browser-name.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { render } from '../../web/render.ts';
import { ADMINISTRATOR } from '../list/derived-sets.ts';
import { readListPath } from '../list/user-list-query.ts';
import { countViews } from '../list/view-selection.ts';
import { stateLimits } from '../user-state.ts';
import { findOldestPasswords } from '../user-store.ts';

const DAYS_SHOWN = 14;
const PASSWORDS_SHOWN = 10;
const ATTEMPTS_SHOWN = 10;
const STRANDED_SHOWN = 20;

const FIGURES = [
  { label: 'Without a second factor', path: '/users?state=no-second-factor' },
  { label: 'Locked now', path: '/users?state=locked' },
  { label: 'Have to choose a new password', path: '/users?state=password-due' },
  { label: 'Never signed in', path: '/users?state=never-signed-in' },
  { label: 'Not seen for long', path: '/users?state=stale' },
];
const ADMINISTRATORS = { label: 'Administrators', path: `/users?right=${ADMINISTRATOR}` };

/** What somebody looks at who answers for the safety of all accounts: figures, each with the list of whom it counts. */
export function securityController(app: AppContext): Router {
  const router = Router();

  router.get('/security', requireRight('users', 'read'), async (req, res) => {
    const db = app.db.read;
    const attempts = await findAttemptsOnUnknownNames(db, ATTEMPTS_SHOWN);
    render(req, res, 'users/security', {
      title: 'Security',
      figures: await figuresFor(app, req.viewer!),
      passwords: await findOldestPasswords(db, PASSWORDS_SHOWN),
      attempts: attempts.map((attempt) => ({ ...attempt, browser: browserName(attempt.agent) })),
      days: await failuresByDay(app),
      stranded: await strandedPasskeys(app),
      relyingParty: relyingPartyOf(app.config),
    });
  });

  return router;
}

async function figuresFor(app: AppContext, viewer: Viewer) {
  const figures = may(viewer, 'groups', 'read') ? [...FIGURES, ADMINISTRATORS] : FIGURES;
  const queries = figures.map(({ path }) => readListPath(path));
  const counts = await countViews(app.db.read, app.index, { queries, limits: stateLimits(app), viewer });
  return figures.map((figure, n) => ({ ...figure, count: counts[n] }));
}

/** Whoever has passkeys that work here no more, since this place has another address than when they were made. */
function strandedPasskeys(app: AppContext) {
  return findStranded(app.db.read, relyingPartyOf(app.config)?.id ?? '', STRANDED_SHOWN);
}

/** Of the last two weeks, today included. Days are UTC. */
async function failuresByDay(app: AppContext) {
  const first = Date.parse(dayOf(app.clock())) - (DAYS_SHOWN - 1) * DAY;
  const starts = Array.from({ length: DAYS_SHOWN + 1 }, (_, n) => first + n * DAY);
  const counts = await countFailedSignIns(app.db.read, starts.map(instant));
  const most = Math.max(1, ...counts);
  return counts.map((count, n) => ({ day: dayOf(starts[n]), count, height: Math.ceil((count / most) * 100) }));
}
