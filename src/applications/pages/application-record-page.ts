import type { Request, Response } from 'express';
import type { Level } from '../../access/rights.ts';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { stillSeeing } from '../../contacts/pages/still-seeing.ts';
import { encodeCursor, firstOf, readPageQuery } from '../../lists/list-query.ts';
import { pagerLinks } from '../../lists/pager.ts';
import { type Holder, holdersInPieces, listHolders } from '../../permissions/holder-list.ts';
import { findUserNames } from '../../users/user-store.ts';
import { sendCsv } from '../../web/files/csv.ts';
import { render } from '../../web/render.ts';
import type { Application } from '../application.ts';
import { levelOf } from './addressed-application.ts';

const LEVELS: Level[] = ['read', 'write'];
const GROUPS_SHOWN = 50;

/** The record of an application: who has which right on it, and which groups grant it. */
export async function showApplication(
  app: AppContext,
  req: Request,
  res: Response,
  application: Application,
): Promise<void> {
  const level = levelOf(req.query.level);
  const query = readPageQuery(req.query, { sorts: ['name'], natural: { sort: 'name', descending: false } });
  const list = await listHolders(app, application.key, level, query);
  const path = (place: Record<string, string>) =>
    `/applications/${application.key}?${new URLSearchParams({ level, ...place })}`;
  if (list.holders.length === 0 && list.total > 0) return res.redirect(303, path({}));
  const granting = app.index.groups.grantingOn(application.key);
  const first = granting.findIndex(({ id }) => String(id) === firstOf(req.query.groups)) + 1;
  const groups = granting.slice(first, first + GROUPS_SHOWN);
  render(req, res, 'applications/show', {
    title: application.name,
    application,
    groups,
    granting: granting.length,
    groupLinks: {
      first: first > 0 ? path({}) : undefined,
      next: first + GROUPS_SHOWN < granting.length ? path({ groups: String(groups.at(-1)?.id) }) : undefined,
    },
    level,
    list,
    levels: LEVELS.map((one) => ({
      level: one,
      isChosen: one === level,
      path: `/applications/${application.key}?level=${one}`,
    })),
    pagerLinks: pagerLinks(
      list.previous && path({ before: encodeCursor(list.previous) }),
      list.next && path({ after: encodeCursor(list.next) }),
    ),
    names: await findUserNames(app.db.read, [application.registered?.by ?? null]),
    mayWrite: application.registered !== undefined && may(req.viewer!, 'settings', 'write'),
  });
}

/** Who has the right, and through which groups, for a spreadsheet. */
export async function sendHolders(app: AppContext, req: Request, res: Response, { key }: Application): Promise<void> {
  const level = levelOf(req.query.level);
  await sendCsv(app, req, res, {
    name: `${key}-${level}`,
    columns: ['Name', 'System email', 'Permission', 'Through'],
    rows: rowsOf(holdersInPieces(app, key, level)),
    look: stillSeeing(app, req),
  });
}

async function* rowsOf(pieces: AsyncIterable<Holder[]>) {
  for await (const holders of pieces)
    yield holders.map((holder) => [
      holder.name,
      holder.email,
      holder.level,
      holder.through.map((group) => group.name).join(', '),
    ]);
}
