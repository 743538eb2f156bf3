import type { Request, Response } from 'express';
import { isOver } from '../../../access/granted-rights.ts';
import type { AppContext } from '../../../app-context.ts';
import { minuteOf } from '../../../clock.ts';
import { findMemberships } from '../../../memberships/membership-store.ts';
import { render } from '../../../web/render.ts';
import type { Subject } from '../../user.ts';

/** All groups of a user, whose row in the list names the first few; what else there is to know of them stands in the record. */
export async function showMemberships(app: AppContext, req: Request, res: Response, user: Subject): Promise<void> {
  const now = minuteOf(app.clock());
  const memberships = (await findMemberships(app.db.read, [user.id])).map((membership) => ({
    ...membership,
    isOver: isOver(membership, now),
  }));
  const page = { title: `Groups of ${user.name}`, user, memberships };
  render(req, res, 'users/memberships', page, { fragments: { 'row-menu': 'users/_memberships' } });
}
