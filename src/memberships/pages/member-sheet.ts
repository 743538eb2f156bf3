import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { NO_RIGHTS } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import { pieces } from '../../db/ids.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import type { Group } from '../../groups/group.ts';
import { searchIn } from '../../groups/pages/group-record-page.ts';
import { effectsOf, givenBy } from '../../permissions/effect.ts';
import { shortened } from '../../text/text.ts';
import type { Subject } from '../../users/user.ts';
import { findSubjects } from '../../users/user-store.ts';
import { flash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import { soughtMembers } from '../list/sought-members.ts';
import { MOST_AT_ONCE, typedMembers } from '../member-form.ts';

const NAMES_SHOWN = 10;
/** Of more at once others would have to wait. */
const READ_AT_ONCE = 1_000;

/** What can be done to the members who are ticked, or to all that the search on the record means. */
export async function showTicked(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const typed = typedMembers({ ids: req.query.scope === 'all' ? await idsOfAll(app, req, group) : req.query.ids });
  if (typed.ids.length > 0 && typed.ids.length <= MOST_AT_ONCE) return showMemberSheet(app, req, res, { group, typed });
  flash(
    req,
    typed.ids.length === 0
      ? 'Nobody is ticked.'
      : 'At most 5,000 members at once, and these are more. Search for a part of them.',
    { isNothing: true },
  );
  res.redirect(303, `/groups/${group.id}`);
}

/** What can be done to those who are ticked, and what ending their membership would take. */
export async function showMemberSheet(
  app: AppContext,
  req: Request,
  res: Response,
  { group, typed, errors = {} }: { group: Group; typed: Typed; errors?: Errors },
): Promise<void> {
  const now = minuteOf(app.clock());
  const ids = [...new Set([typed.ids].flat().map(Number))];
  const subjects: Subject[] = [];
  for (const some of pieces(ids, READ_AT_ONCE)) {
    subjects.push(...(await findSubjects(app.db.read, some, now)));
    await turnOfOthers();
  }
  const page = {
    title: `Change members of ${group.name}`,
    group,
    typed: { ...typed, ids: subjects.map((subject) => String(subject.id)) },
    errors,
    number: subjects.length,
    names: shortened(
      subjects.map((subject) => subject.name),
      NAMES_SHOWN,
    ),
    effects: await effectsOf(app, [{ groupId: group.id, from: givenBy(group), to: NO_RIGHTS }], ids),
  };
  render(req, res, 'groups/change-members', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
}

/** All members that the search on the record means; one more than can be changed at once where there are more. */
async function idsOfAll(app: AppContext, req: Request, group: Group): Promise<string[]> {
  const search = { q: searchIn(req.query.q), looksAtEmails: true };
  return (await (await soughtMembers(app, group.id, search)).ids(MOST_AT_ONCE + 1)).map(String);
}
