import { Router } from 'express';
import type { Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { DAY, dayOf } from '../../clock.ts';
import { knownByIndex } from '../../groups/group-suggestions.ts';
import { listInvitations } from '../../invitations/invitation-list.ts';
import { invitationsPath, readInvitationQuery } from '../../invitations/invitation-list-query.ts';
import { readListPath } from '../../users/list/user-list-query.ts';
import { countLargestGroups } from '../../users/list/view-selection.ts';
import { stateLimits } from '../../users/user-state.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { countPeople, KEPT_DAYS } from '../actions/figures-noting.ts';
import { findFigures } from '../daily-figure-store.ts';
import { shares } from './bar-chart.ts';
import { peopleChart, signInChart } from './overview-charts.ts';

const GROUPS_COUNTED = 200;
const SHOWN = 10;

/** How the house fares: each number leads to the list of whom it counts. */
export function overviewController(app: AppContext): Router {
  const router = Router();

  router.get('/overview', requireRight('users', 'read'), async (req, res) => {
    const now = app.clock();
    const today = dayOf(now);
    const format = formatOf(req);
    const figures = await findFigures(app.db.read, dayOf(now - KEPT_DAYS * DAY));
    render(req, res, 'overview/show', {
      title: 'Overview',
      people: peopleChart(figures, today, await countPeople(app), format),
      signIns: signInChart(figures, today, format),
      staleGroups: await staleGroups(app, req.viewer!),
      ...(await oldestInvitations(app, req.viewer!)),
    });
  });

  return router;
}

/** Of the largest groups those with the most who were not seen for long. */
async function staleGroups(app: AppContext, viewer: Viewer) {
  const query = readListPath('/users?state=stale');
  const asked = { query, limits: stateLimits(app), viewer };
  const counted = await countLargestGroups(app.db.read, app.index, asked, GROUPS_COUNTED);
  const most = counted.filter(({ count }) => count > 0).sort((one, other) => other.count - one.count);
  const shown = most.slice(0, SHOWN);
  const names = new Map(
    knownByIndex(
      app.index,
      viewer,
      shown.map(({ id }) => id),
    ).map(({ id, name }) => [id, name]),
  );
  const known = shown.filter(({ id }) => names.has(id));
  const lengths = shares(known.map(({ count }) => count));
  return known.map(({ id, count }, n) => ({
    name: names.get(id)!,
    count,
    length: lengths[n],
    path: `/users?state=stale&group=${id}`,
  }));
}

/** Of those that wait for an answer. */
async function oldestInvitations(app: AppContext, viewer: Viewer) {
  const status = ['waiting', 'copied', 'sent', 'opened', 'expired', 'not-delivered'];
  const query = { ...readInvitationQuery({ sort: 'made', status }, SHOWN), per: SHOWN };
  const { invitations, total } = await listInvitations(app, query, viewer);
  const ages = invitations.map(({ createdAt }) => Math.floor((app.clock() - Date.parse(createdAt)) / DAY));
  const lengths = shares(ages);
  return {
    invitations: invitations.map((one, n) => ({ ...one, days: ages[n], length: lengths[n] })),
    openInvitations: total,
    invitationsPath: invitationsPath(query),
  };
}
