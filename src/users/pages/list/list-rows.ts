import type { Request } from 'express';
import { may } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { minuteOf } from '../../../clock.ts';
import type { AllTicked } from '../../../lists/exceptions.ts';
import { initials, tint } from '../../../text/avatar.ts';
import { marking, searchedWords } from '../../../text/text.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import { groupPath, openGroups } from '../../../web/reader/record-path.ts';
import type { UserList } from '../../list/user-list.ts';
import { type ListQuery, listPath } from '../../list/user-list-query.ts';

const NO_WORDS: string[] = [];
/** What they are written with, the same for everybody. */
const ALWAYS = { marking, groupPath, initials, tint };

/**
 * All that `views/users/_rows.ejs` is given. They are kept as text for as long as it is the same, so it is as much as they say: what is made
 * anew for each page would have them written for each.
 */
export function rowsOf(
  app: AppContext,
  req: Request,
  { query, list, allTicked }: { query: ListQuery; list: Pick<UserList, 'users' | 'pasted'>; allTicked?: AllTicked },
): object {
  const viewer = req.viewer!;
  const mayWrite = may(viewer, 'users', 'write');
  const { users, pasted } = list;
  return {
    users,
    columns: query.columns,
    words: (pasted ? undefined : searchedWords(query.q)) ?? NO_WORDS,
    ticked: allTicked ? users.map(({ id }) => id).filter((id) => !allTicked.except.includes(id)) : [],
    hasTicks: mayWrite,
    hasMenus: mayWrite,
    openGroups: openGroups(viewer),
    format: formatOf(req),
    // To the minute: so long they say the same of when something was.
    now: Date.parse(minuteOf(app.clock())),
    // Goes on from this view, whatever rows it shows.
    originPath: query.columns.includes('last_from')
      ? (from: string) => listPath(query, { address: [from] })
      : undefined,
    ...ALWAYS,
    always: ALWAYS,
  };
}
